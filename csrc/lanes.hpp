/* Sums in a fixed number of lanes, as csrc/lanes.h, for any element type. */
#pragma once

#include "abreast.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace abreast {

/* 512 bytes of lanes, whatever the element. */
template <class Real> inline constexpr std::size_t lanes = 512 / sizeof(Real);

/* Fewer terms than there are lanes: the others are +0, and adding that to a sum, which is never -0, changes
 * nothing. */
template <class Real, class Term>
AB_BODY Real sum_few(std::size_t n, Term term) noexcept
{
    std::array<Real, lanes<Real>> acc;
    acc[0] = 0;
    for (std::size_t k = 0; k < n; ++k)
        acc[k] = 0 + term(k);
    for (std::size_t width = lanes<Real> / 2; width > 0; width /= 2) {
        for (std::size_t j = 0; j + width < n; ++j)
            acc[j] += acc[j + width];
        n = std::min(n, width);
    }
    return acc[0];
}

/* Sums term(0) .. term(n - 1): index i goes to lane i mod L, then lane j takes lane j + width. */
template <class Real, class Term>
AB_BODY Real sum_in_lanes(std::size_t n, Term term) noexcept
{
    constexpr std::size_t L = lanes<Real>;
    if (n < L)
        return sum_few<Real>(n, term);
    AB_KEEP(n); /* as in csrc/lanes.h */
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
