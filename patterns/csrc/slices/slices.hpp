// Example: the residuals of a solver, in a std::vector.
#ifndef AB_SLICES_HPP
#define AB_SLICES_HPP

#include <cstddef>
#include <cstdint>

extern "C" {

struct ab_history;

// An empty one; null without memory. Give it to ab_history_free.
ab_history *ab_history_new() noexcept;

// Ends it, once. Null is fine.
void ab_history_free(ab_history *history) noexcept;

// Appends values[0..n], which are not those of this history. `values` may be null when n is 0. Returns 0;
// or, nothing appended, -1 for null with n > 0 and -2 without memory. One thread at a time.
std::int32_t ab_history_append(ab_history *history, const double *values, std::size_t n) noexcept;

// All values, *n of them, until the next append. The pointer of none may be null. Any thread, several at
// once while nothing is appended.
const double *ab_history_values(const ab_history *history, std::size_t *n) noexcept;

}

#endif
