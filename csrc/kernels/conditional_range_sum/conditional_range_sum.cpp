#include "kernels/conditional_range_sum/conditional_range_sum.hpp"

#include "abreast.h"

#include <array>
#include <cstddef>

namespace abreast {
namespace {

/* 24 lanes, a multiple of 3: a lane sees one remainder only, as in conditional_range_sum.c. */
constexpr std::int64_t LANES = 24;
using Lanes = std::array<std::int64_t, LANES>;

AB_BODY std::int64_t conditional_range_sum_at_body(std::int64_t from, std::int64_t to) noexcept
{
    Lanes acc{}, index{}, mask{};
    for (std::int64_t j = 0; j < LANES; ++j) {
        index[j] = from + j;
        mask[j] = index[j] % 3 == 0 ? -1 : 0;
    }
    while (to - from >= LANES) {
        AB_KEEP(from);
        for (std::size_t j = 0; j < LANES; ++j) {
            acc[j] += index[j] & mask[j];
            index[j] += LANES;
        }
        from += LANES;
    }
    std::int64_t sum = 0;
    for (std::size_t j = 0; j < LANES; ++j) /* the last round: not every lane counts */
        sum += acc[j] + (index[j] < to ? index[j] & mask[j] : 0);
    return sum;
}

AB_AT_LEVELS(std::int64_t, conditional_range_sum_at, (std::int64_t from, std::int64_t to),
             (from, to))

} // namespace

std::int64_t conditional_range_sum(std::int32_t level, std::int64_t from, std::int64_t to) noexcept
{
    return conditional_range_sum_at(level, from, to);
}

} // namespace abreast
