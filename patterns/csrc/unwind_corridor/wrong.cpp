// Counterexample: one that keeps what it catches, one that throws something of its own, and one that
// calls back from a thread of its own.
#include "unwind_corridor.hpp"

#include <stdexcept>
#include <thread>

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

extern "C" std::int32_t ab_sweep_elsewhere(std::size_t n, double *x, ab_sweep_fn f, void *user) {
    std::thread worker([=] { ab_sweep(n, x, f, user); });
    worker.join();
    return 0;
}
