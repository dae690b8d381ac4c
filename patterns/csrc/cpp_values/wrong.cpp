// Counterexample: objects of the standard library handed over as they are.
#include "cpp_values.hpp"

// Where its value and its flag stand is the library's own affair.
extern "C" void ab_largest_whole(const double *x, std::size_t n, std::optional<double> *out) noexcept {
    *out = ab::largest<double>({x, n}, std::nullopt);
}

// Takes for granted which alternative it is.
extern "C" double ab_quadratic_only(double a, double b, double c) noexcept {
    return std::get<double>(ab::solve(a, b, c));
}
