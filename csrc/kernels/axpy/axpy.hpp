/* axpy: y[i] = alpha * x[i] + y[i], i = 0 .. min(x.size(), y.size()), in place. */
#pragma once

#include "rust/cxx.h"

#include <cstdint>

namespace abreast {

void daxpy(std::int32_t level, double alpha, rust::Slice<const double> x,
           rust::Slice<double> y) noexcept;
void saxpy(std::int32_t level, float alpha, rust::Slice<const float> x,
           rust::Slice<float> y) noexcept;

} // namespace abreast
