/* range_sum = sum of i, from <= i < to, every i added; limits as in range_sum.h. */
#pragma once

#include "rust/cxx.h"

#include <cstdint>

namespace abreast {

std::int64_t range_sum(std::int32_t level, std::int64_t from, std::int64_t to) noexcept;

/* sums[k] = sum of i, 0 <= i < limits[k], for k below the shorter of the two lengths. */
void range_sums(std::int32_t level, rust::Slice<const std::int64_t> limits,
                rust::Slice<std::int64_t> sums) noexcept;

/* The loop without AB_KEEP, which a compiler is free to replace by n (n - 1) / 2. */
std::int64_t range_sum_folded(std::int64_t n) noexcept;

} // namespace abreast
