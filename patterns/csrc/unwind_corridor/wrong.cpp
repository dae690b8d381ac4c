// For the exhibits: one that keeps what it catches, and one that throws something of its own.
#include "unwind_corridor.hpp"

#include <stdexcept>

extern "C" std::int32_t ab_sweep_swallowing(std::size_t n, double *x, ab_sweep_fn f, void *user) {
    try {
        for (std::size_t i = 0; i < n; i++)
            x[i] = f(user, x[i]);
    } catch (...) {
        return -2;
    }
    return 0;
}

extern "C" std::int32_t ab_sweep_throwing(std::size_t, double *, ab_sweep_fn, void *) {
    throw std::runtime_error("C++ does not like these numbers");
}
