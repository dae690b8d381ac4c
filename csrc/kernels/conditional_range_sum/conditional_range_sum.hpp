/* conditional_range_sum = sum of i, from <= i < to, i % 3 == 0, every i visited; limits as in
 * conditional_range_sum.h. */
#pragma once

#include <cstdint>

namespace abreast {

std::int64_t conditional_range_sum(std::int32_t level, std::int64_t from,
                                   std::int64_t to) noexcept;

} // namespace abreast
