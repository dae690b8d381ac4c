#include "kernels/range_sum/range_sum.hpp"

#include "abreast.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace abreast {
namespace {

/* Indices and sums in lanes, as in range_sum.c: 24 of each spill neither at v3 nor at v4. */
constexpr std::int64_t LANES = 24;
using Lanes = std::array<std::int64_t, LANES>;

AB_BODY std::int64_t range_sum_at_body(std::int64_t from, std::int64_t to) noexcept
{
    Lanes acc{}, index{};
    for (std::int64_t j = 0; j < LANES; ++j)
        index[j] = from + j;
    while (to - from >= LANES) {
        AB_KEEP(from);
        for (std::size_t j = 0; j < LANES; ++j) {
            acc[j] += index[j];
            index[j] += LANES;
        }
        from += LANES;
    }
    std::int64_t sum = 0;
    for (std::size_t j = 0; j < LANES; ++j)
        sum += acc[j] + (index[j] < to ? index[j] : 0); /* the last round: not every lane counts */
    return sum;
}

AB_BODY void range_sums_at_body(std::size_t n, const std::int64_t *limits,
                                std::int64_t *sums) noexcept
{
    for (std::size_t k = 0; k < n; ++k)
        sums[k] = range_sum_at_body(0, limits[k]);
}

AB_AT_LEVELS(std::int64_t, range_sum_at, (std::int64_t from, std::int64_t to), (from, to))
AB_AT_LEVELS(void, range_sums_at,
             (std::size_t n, const std::int64_t *limits, std::int64_t *sums), (n, limits, sums))

} // namespace

std::int64_t range_sum(std::int32_t level, std::int64_t from, std::int64_t to) noexcept
{
    return range_sum_at(level, from, to);
}

void range_sums(std::int32_t level, rust::Slice<const std::int64_t> limits,
                rust::Slice<std::int64_t> sums) noexcept
{
    range_sums_at(level, std::min(limits.size(), sums.size()), limits.data(), sums.data());
}

std::int64_t range_sum_folded(std::int64_t n) noexcept
{
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < n; ++i)
        sum += i;
    return sum;
}

} // namespace abreast
