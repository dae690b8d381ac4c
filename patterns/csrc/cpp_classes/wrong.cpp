// Counterexample: a class that points into itself, as std::string and std::map do, and what is generated for
// it where a tool knows its size only.
extern "C" {

struct ab_window {
    double values[4];
    double *next;
};

void ab_window_begin(ab_window *window);
void ab_window_push(ab_window *window, double x);
}

void ab_window_begin(ab_window *window)
{
    *window = ab_window{};
    window->next = window->values;
}

void ab_window_push(ab_window *window, double x)
{
    *window->next++ = x;
}
