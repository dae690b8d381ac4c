/* dot = sum of x[i] * y[i], i = 0 .. min(x.size(), y.size()), in fixed lanes (csrc/lanes.h). */
#pragma once

#include "rust/cxx.h"

#include <cstdint>

namespace abreast {

double ddot(std::int32_t level, rust::Slice<const double> x, rust::Slice<const double> y) noexcept;
float sdot(std::int32_t level, rust::Slice<const float> x, rust::Slice<const float> y) noexcept;

} // namespace abreast
