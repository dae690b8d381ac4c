// Example: a solver of linear systems that throws inside and returns codes outside.
#ifndef AB_EXCEPTION_FIREWALL_HPP
#define AB_EXCEPTION_FIREWALL_HPP

#include <cstddef>
#include <cstdint>

extern "C" {

// Solves a x = b for the n x n matrix a (row major, n * n numbers): on entry x[0..n] is b, on success the
// solution. Returns a code of firewall.hpp: INVALID_ARGUMENT for a number that is not finite, OTHER for a
// singular matrix; on failure x is untouched, and the reason is in the caller's `capacity` bytes at
// `text` (null is fine when that is 0). a and x do not overlap, and may be null when n is 0. Any thread.
std::int32_t ab_gauss_solve(std::size_t n, const double *a, double *x, char *text,
                            std::size_t capacity) noexcept;

// Throws what `what` stands for (see rehearsal.cpp) inside the firewall.
std::int32_t ab_gauss_rehearse(std::int32_t what, char *text, std::size_t capacity) noexcept;

// How many parts of what was rehearsed are alive, in all threads.
std::int64_t ab_gauss_parts_live(void) noexcept;

}

#endif
