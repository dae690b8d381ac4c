/* sum = sum of x[i], i = 0 .. x.size(), in fixed lanes (csrc/lanes.h). */
#pragma once

#include "rust/cxx.h"

#include <cstdint>

namespace abreast {

double dsum(std::int32_t level, rust::Slice<const double> x) noexcept;
float ssum(std::int32_t level, rust::Slice<const float> x) noexcept;

} // namespace abreast
