/* pi: how many of the points from <= i < to lie in the quarter circle; see pi.h. */
#pragma once

#include <cstdint>

namespace abreast {

std::uint64_t pi(std::int32_t level, std::uint64_t seed, std::uint64_t from,
                 std::uint64_t to) noexcept;

} // namespace abreast
