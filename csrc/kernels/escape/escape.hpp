/* escape in C++; see escape.h for the formula and the view. */
#pragma once

#include "kernels/escape/escape.h"
#include "rust/cxx.h"

#include <cstdint>

namespace abreast {

/* Counts for whole stretches of rows: counts.size() / cols of them, from column col of row row on. */
void escape(std::int32_t level, const ab_view &view, std::uint64_t row, std::uint64_t col,
            std::uint64_t cols, rust::Slice<std::uint32_t> counts) noexcept;

} // namespace abreast
