#include "kernels/dot/dot.hpp"

#include "lanes.hpp"

#include <algorithm>

namespace abreast {
namespace {

template <class Real>
AB_BODY Real dot_body(std::size_t n, const Real *x, const Real *y) noexcept
{
    return sum_in_lanes<Real>(
        n, [=](std::size_t i) __attribute__((always_inline)) { return x[i] * y[i]; });
}

#define ddot_at_body dot_body<double>
#define sdot_at_body dot_body<float>

AB_AT_LEVELS(double, ddot_at, (std::size_t n, const double *x, const double *y), (n, x, y))
AB_AT_LEVELS(float, sdot_at, (std::size_t n, const float *x, const float *y), (n, x, y))

} // namespace

double ddot(std::int32_t level, rust::Slice<const double> x, rust::Slice<const double> y) noexcept
{
    return ddot_at(level, std::min(x.size(), y.size()), x.data(), y.data());
}

float sdot(std::int32_t level, rust::Slice<const float> x, rust::Slice<const float> y) noexcept
{
    return sdot_at(level, std::min(x.size(), y.size()), x.data(), y.data());
}

} // namespace abreast
