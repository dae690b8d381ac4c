#include "kernels/range_sum/range_sum.h"

/* Indices and sums in lanes: 24 of each fill 6 registers of AVX-512 or 12 of AVX2, so neither level
 * spills, and there are three or more additions in flight. Integer sums are exact: the number of lanes
 * cannot be seen in the result. */
enum { LANES = 24 };

AB_BODY int64_t ab_range_sum_body(int64_t from, int64_t to)
{
    int64_t acc[LANES] = {0}, index[LANES];
    for (int64_t j = 0; j < LANES; j++)
        index[j] = from + j;
    while (to - from >= LANES) {
        AB_KEEP(from);
        for (size_t j = 0; j < LANES; j++) {
            acc[j] += index[j];
            index[j] += LANES;
        }
        from += LANES;
    }
    int64_t sum = 0;
    for (size_t j = 0; j < LANES; j++)
        sum += acc[j] + (index[j] < to ? index[j] : 0); /* the last round: not every lane counts */
    return sum;
}

AB_BODY void ab_range_sums_body(size_t n, const int64_t *limits, int64_t *sums)
{
    for (size_t k = 0; k < n; k++)
        sums[k] = ab_range_sum_body(0, limits[k]);
}

AB_AT_LEVELS(int64_t, ab_range_sum, (int64_t from, int64_t to), (from, to))
AB_AT_LEVELS(void, ab_range_sums, (size_t n, const int64_t *limits, int64_t *sums),
             (n, limits, sums))

int64_t ab_range_sum_folded(int64_t n)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += i;
    return sum;
}
