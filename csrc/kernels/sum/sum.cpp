#include "kernels/sum/sum.hpp"

#include "lanes.hpp"

namespace abreast {
namespace {

template <class Real> AB_BODY Real sum_body(std::size_t n, const Real *x) noexcept
{
    return sum_in_lanes<Real>(
        n, [=](std::size_t i) __attribute__((always_inline)) { return x[i]; });
}

#define dsum_at_body sum_body<double>
#define ssum_at_body sum_body<float>

AB_AT_LEVELS(double, dsum_at, (std::size_t n, const double *x), (n, x))
AB_AT_LEVELS(float, ssum_at, (std::size_t n, const float *x), (n, x))

} // namespace

double dsum(std::int32_t level, rust::Slice<const double> x) noexcept
{
    return dsum_at(level, x.size(), x.data());
}

float ssum(std::int32_t level, rust::Slice<const float> x) noexcept
{
    return ssum_at(level, x.size(), x.data());
}

} // namespace abreast
