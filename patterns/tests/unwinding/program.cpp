// The C++ of the unwinding table: the frame in the middle, which Rust calls and which calls Rust, and what
// may come from below. Everything once for each way to declare it in Rust, under a name of its own, so
// that one declaration cannot lend its promises to the other.
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <unistd.h>

// program.c
extern "C" void ab_plain(std::int32_t event, void (*callback)(std::int32_t), void (*note)(const char *));

namespace {

std::jmp_buf landing;

// At once, past all buffers: the process may be about to die.
void note(const char *line) {
    if (write(STDOUT_FILENO, line, std::strlen(line)) < 0)
        std::perror("write");
}

struct Guard {
    ~Guard() { note("dropped in C++\n"); }
};

enum Handling : std::int32_t { NONE = 0, SWALLOW = 1, RETHROW = 2, NOEXCEPT = 3, PLAIN_C = 4 };
enum Event : std::int32_t { THROW = 0, LONGJMP = 1 };

void firm(std::int32_t event, void (*callback)(std::int32_t)) noexcept {
    callback(event);
}

void middle(std::int32_t handling, std::int32_t event, void (*callback)(std::int32_t)) {
    if (handling == PLAIN_C) {
        if (setjmp(landing) != 0)
            note("landed\n");
        else
            ab_plain(event, callback, note);
        return;
    }
    Guard guard;
    if (setjmp(landing) != 0) {
        note("landed\n");
        return;
    }
    if (handling == NONE) {
        callback(event);
        return;
    }
    if (handling == NOEXCEPT) {
        firm(event, callback);
        return;
    }
    try {
        callback(event);
    } catch (...) {
        note("caught in C++\n");
        if (handling == RETHROW)
            throw;
    }
}

void bottom(std::int32_t event) {
    if (event == LONGJMP)
        std::longjmp(landing, 1);
    throw std::runtime_error("from C++");
}

} // namespace

extern "C" {

void ab_middle_c(std::int32_t handling, std::int32_t event, void (*callback)(std::int32_t)) {
    middle(handling, event, callback);
}
void ab_bottom_c(std::int32_t event) { bottom(event); }

void ab_middle_c_unwind(std::int32_t handling, std::int32_t event, void (*callback)(std::int32_t)) {
    middle(handling, event, callback);
}
void ab_bottom_c_unwind(std::int32_t event) { bottom(event); }

}
