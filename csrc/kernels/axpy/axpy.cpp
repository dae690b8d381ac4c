#include "kernels/axpy/axpy.hpp"

#include "abreast.h"

#include <algorithm>

namespace abreast {
namespace {

/* __restrict: Rust gives out no second reference to a mutable slice. */
template <class Real>
AB_BODY void axpy_body(std::size_t n, Real alpha, const Real *__restrict x,
                       Real *__restrict y) noexcept
{
    for (std::size_t i = 0; i < n; ++i)
        y[i] += alpha * x[i];
}

#define daxpy_at_body axpy_body<double>
#define saxpy_at_body axpy_body<float>

AB_AT_LEVELS(void, daxpy_at, (std::size_t n, double alpha, const double *x, double *y),
             (n, alpha, x, y))
AB_AT_LEVELS(void, saxpy_at, (std::size_t n, float alpha, const float *x, float *y),
             (n, alpha, x, y))

} // namespace

void daxpy(std::int32_t level, double alpha, rust::Slice<const double> x,
           rust::Slice<double> y) noexcept
{
    daxpy_at(level, std::min(x.size(), y.size()), alpha, x.data(), y.data());
}

void saxpy(std::int32_t level, float alpha, rust::Slice<const float> x,
           rust::Slice<float> y) noexcept
{
    saxpy_at(level, std::min(x.size(), y.size()), alpha, x.data(), y.data());
}

} // namespace abreast
