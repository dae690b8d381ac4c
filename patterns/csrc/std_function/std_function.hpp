// Pattern: a closure for a std::function. Here a term of a sum: each is a std::function<double(double)>, of C++, or a
// closure of the caller.
#ifndef AB_STD_FUNCTION_HPP
#define AB_STD_FUNCTION_HPP

#include <cstddef>
#include <cstdint>

extern "C" {

// A closure of somebody else's. Given away, it belongs to whoever got it, who ends it with `drop`, once,
// on any thread.
struct ab_closure {
    void *data;
    // Writes the value at x to y and returns null; or else a failure, which the caller of `call` then owns
    // and ends with `drop_failure`. Any thread, several at once. None of the three throws, or is null.
    void *(*call)(void *data, double x, double *y);
    void (*drop)(void *data);
    void (*drop_failure)(void *failure);
};

struct ab_terms;

enum : std::int32_t {
    AB_TERMS_FINE = 0,
    AB_TERMS_NO_MEMORY = -1,
    AB_TERMS_FAILED = -2, // a closure has, and *failure is the caller's
    AB_TERMS_THREW = -3,  // a term of C++ has
    AB_TERMS_FAILED_BEFORE = -4, // a closure has, and whoever was told first owns the failure
};

// No terms; null without memory. Give it to ab_terms_free.
ab_terms *ab_terms_new() noexcept;

// Ends it, once, and the closures that nobody else has copies of. Null is fine.
void ab_terms_free(ab_terms *terms) noexcept;

// Adds the closure as `copies` terms: copies of one std::function. The closure is given away in any case,
// failure and copies == 0 included. One thread at a time, as for all that change the terms.
std::int32_t ab_terms_add(ab_terms *terms, ab_closure closure, std::size_t copies) noexcept;

// Writes the sum of all terms at x, in their order, to *sum. On failure *sum is untouched, and *failure is
// set for AB_TERMS_FAILED alone, never to null, and to each failure once. Any thread, several at once while nothing is added or removed.
std::int32_t ab_terms_at(const ab_terms *terms, double x, double *sum, void **failure) noexcept;

}

// Example: what else is done with functions.
extern "C" {

// Adds the square root as C++ writes it: it throws for what is less than 0.
std::int32_t ab_terms_add_root(ab_terms *terms) noexcept;

// Adds the closure as one term that is `otherwise` where the closure fails. It is given away in any case.
std::int32_t ab_terms_add_tried(ab_terms *terms, ab_closure closure, double otherwise) noexcept;

// Adds the closure's value at `at` as one term: the closure is called when the sum is first asked for, and what it
// came to is kept, be it a failure. It is given away in any case.
std::int32_t ab_terms_add_remembered(ab_terms *terms, ab_closure closure, double at) noexcept;

// Drops term `at`; the others move up. Returns 1 if there was one, and 0 if not.
std::int32_t ab_terms_remove(ab_terms *terms, std::size_t at) noexcept;
}

#endif
