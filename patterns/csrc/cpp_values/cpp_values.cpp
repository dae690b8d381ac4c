// Pattern: values of C++ taken apart.
#include "cpp_values.hpp"

namespace {

template <class T> std::int32_t largest_to(const T *x, std::size_t n, const T *below, T *out) noexcept {
    const std::optional<T> bound = below == nullptr ? std::nullopt : std::optional<T>(*below);
    const std::optional<T> found = ab::largest<T>(ab::span<const T>(x, n), bound);
    if (found)
        *out = *found;
    return found.has_value();
}

// One function for each alternative: a variant with another one does not compile until it has a number.
struct taken_apart {
    ab_roots operator()(ab::no_root) const noexcept { return {AB_ROOTS_NONE, 0, 0}; }
    ab_roots operator()(ab::every_number) const noexcept { return {AB_ROOTS_EVERY, 0, 0}; }
    ab_roots operator()(double x) const noexcept { return {AB_ROOTS_ONE, x, 0}; }
    ab_roots operator()(ab::two_roots x) const noexcept { return {AB_ROOTS_TWO, x.lower, x.upper}; }
    ab_roots operator()(ab::conjugates x) const noexcept { return {AB_ROOTS_CONJUGATES, x.re, x.im}; }
};

} // namespace

extern "C" {

std::int32_t ab_largest_f64(const double *x, std::size_t n, const double *below, double *out) noexcept {
    return largest_to(x, n, below, out);
}

std::int32_t ab_largest_f32(const float *x, std::size_t n, const float *below, float *out) noexcept {
    return largest_to(x, n, below, out);
}

std::int32_t ab_largest_i32(const std::int32_t *x, std::size_t n, const std::int32_t *below,
                            std::int32_t *out) noexcept {
    return largest_to(x, n, below, out);
}

void ab_quadratic_roots(double a, double b, double c, ab_roots *out) noexcept {
    // These alternatives are copied without exceptions, so the variant is never without a value.
    *out = std::visit(taken_apart{}, ab::solve(a, b, c));
}
}

// Example: a library, in place of yours.
#include <algorithm>
#include <cmath>

namespace ab {

roots solve(double a, double b, double c) noexcept {
    if (!std::isfinite(a) || !std::isfinite(b) || !std::isfinite(c))
        return no_root{};
    if (a == 0.0 && b == 0.0)
        return c == 0.0 ? roots{every_number{}} : roots{no_root{}};
    // By a power of two, so that no square overflows; the roots stay.
    int exponent = 0;
    std::frexp(std::max({std::fabs(a), std::fabs(b), std::fabs(c)}), &exponent);
    a = std::ldexp(a, -exponent);
    b = std::ldexp(b, -exponent) / 2.0;
    c = std::ldexp(c, -exponent);
    if (a == 0.0)
        return b == 0.0 ? roots{no_root{}} : roots{-c / (2.0 * b)};
    const double d = b * b - a * c;
    if (d < 0.0)
        return conjugates{-b / a, std::sqrt(-d) / std::fabs(a)};
    if (d == 0.0)
        return -b / a;
    // The sum without cancellation; the product of both roots is c / a.
    const double q = -(b + std::copysign(std::sqrt(d), b));
    const double one = q / a, other = c / q;
    return two_roots{std::min(one, other), std::max(one, other)};
}

} // namespace ab
