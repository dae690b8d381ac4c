/* The crossing by way of cxx; what is computed is in csrc/crossing/crossing.h. */
#pragma once

#include "rust/cxx.h"

#include <cstdint>

namespace abreast {

std::uint64_t crossing_step(std::uint64_t x, std::uint64_t y) noexcept;
std::uint64_t crossing_slice(std::uint64_t x, rust::Slice<const std::uint64_t> y) noexcept;

/* May throw as far as its declaration says, so that its callers must be ready for it. It throws
 * std::overflow_error when x is 2^64 - 1 and y is 0. */
std::uint64_t crossing_guarded(std::uint64_t x, std::uint64_t y);

} // namespace abreast
