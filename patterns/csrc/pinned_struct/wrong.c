/* Counterexample: a library that finds the caller's struct by the pointer it has kept, and does not
 * look whether it was called with the same one. */
#include <stddef.h>

typedef struct ab_total {
    double sum;
    struct ab_total *home;
    const double *next_in;
    size_t avail_in;
} ab_total;

void ab_total_init(ab_total *total);
double ab_total_run(ab_total *total);

void ab_total_init(ab_total *total)
{
    total->sum = 0.0;
    total->home = total;
}

double ab_total_run(ab_total *total)
{
    ab_total *home = total->home;
    for (; home->avail_in > 0; home->avail_in--)
        home->sum += *home->next_in++;
    return home->sum;
}
