// Example: a library, in place of yours.
#include "by_value.hpp"

#include <cmath>
#include <limits>

namespace {

// 0 times an end that is infinite is 0: the end stands for numbers that are only large.
double product(double a, double b) noexcept
{
    return a == 0.0 || b == 0.0 ? 0.0 : a * b;
}

} // namespace

extern "C" ab_interval ab_interval_mul(ab_interval a, ab_interval b) noexcept
{
    const double ends[] = {product(a.low, b.low), product(a.low, b.high), product(a.high, b.low),
                           product(a.high, b.high)};
    // By hand: std::min_element wants an order, which NaN does not have.
    double low = ends[0], high = ends[0];
    for (const double end : ends) {
        low = end < low ? end : low;
        high = end > high ? end : high;
    }
    const double infinity = std::numeric_limits<double>::infinity();
    // One number outwards, because each product is rounded to the nearest.
    return {std::nextafter(low, -infinity), std::nextafter(high, infinity)};
}

extern "C" void ab_interval_mul_to(const ab_interval *a, const ab_interval *b,
                                   ab_interval *out) noexcept
{
    *out = ab_interval_mul(*a, *b);
}
