#include "crossing/crossing.hpp"

#include <stdexcept>

namespace abreast {

std::uint64_t crossing_step(std::uint64_t x, std::uint64_t y) noexcept
{
    return (x ^ y) + y;
}

std::uint64_t crossing_slice(std::uint64_t x, rust::Slice<const std::uint64_t> y) noexcept
{
    const std::uint64_t last = y.empty() ? 0 : y.back();
    return (x ^ last) + last;
}

std::uint64_t crossing_guarded(std::uint64_t x, std::uint64_t y)
{
    if (y == 0 && x == UINT64_MAX)
        throw std::overflow_error("x is 2^64 - 1 and y is 0");
    return (x ^ y) + y;
}

} // namespace abreast
