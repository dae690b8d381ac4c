// Pattern: a sweep over numbers with a function that may unwind: these frames are made for it.
#ifndef AB_UNWIND_CORRIDOR_HPP
#define AB_UNWIND_CORRIDOR_HPP

#include <cstddef>
#include <cstdint>

extern "C" {

// Gives the new value of x. May leave by an exception of its own or by a panic of Rust.
typedef double (*ab_sweep_fn)(void *user, double x);

// Replaces each of x[0..n] by f(user, x[i]), all of them or none: when f leaves by unwinding, x is as it
// was, and the unwinding goes on. Returns 0, or -1 without memory. Throws nothing of its own. f does not
// touch x; n may be 0. Any thread.
std::int32_t ab_sweep(std::size_t n, double *x, ab_sweep_fn f, void *user);

// The same by catch and rethrow, where there is no destructor to do it.
std::int32_t ab_sweep_rethrowing(std::size_t n, double *x, ab_sweep_fn f, void *user);

// How many sweeps were undone, in all threads.
std::int64_t ab_sweep_undone(void) noexcept;

}

#endif
