/* Sums in a fixed number of lanes, as csrc/lanes.h, for any element type. */
#pragma once

#include "abreast.h"

#include <array>
#include <cstddef>

namespace abreast {

/* 512 bytes of lanes, whatever the element. */
template <class Real> inline constexpr std::size_t lanes = 512 / sizeof(Real);

/* Sums term(0) .. term(n - 1): index i goes to lane i mod L, then lane j takes lane j + width. */
template <class Real, class Term>
AB_BODY Real sum_in_lanes(std::size_t n, Term term) noexcept
{
    constexpr std::size_t L = lanes<Real>;
    std::array<Real, L> acc{};
    std::size_t i = 0;
    for (; n - i >= L; i += L)
        for (std::size_t j = 0; j < L; ++j)
            acc[j] += term(i + j);
    for (std::size_t j = 0; i + j < n; ++j)
        acc[j] += term(i + j);
    for (std::size_t width = L / 2; width > 0; width /= 2)
        for (std::size_t j = 0; j < width; ++j)
            acc[j] += acc[j + width];
    return acc[0];
}

} // namespace abreast
