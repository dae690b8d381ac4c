#include "kernels/conditional_range_sum/conditional_range_sum.h"

/* Indices and sums in lanes. A round advances every lane by 24, which is a multiple of 3, so a lane
 * sees one remainder only: the remainder is taken once and becomes a mask that each index of the lane
 * passes. */
enum { LANES = 24 };

AB_BODY int64_t ab_conditional_range_sum_body(int64_t from, int64_t to)
{
    int64_t acc[LANES] = {0}, index[LANES], mask[LANES];
    for (int64_t j = 0; j < LANES; j++) {
        index[j] = from + j;
        mask[j] = -(int64_t)(index[j] % 3 == 0);
    }
    while (to - from >= LANES) {
        AB_KEEP(from);
        for (size_t j = 0; j < LANES; j++) {
            acc[j] += index[j] & mask[j];
            index[j] += LANES;
        }
        from += LANES;
    }
    int64_t sum = 0;
    for (size_t j = 0; j < LANES; j++) /* the last round: not every lane counts */
        sum += acc[j] + (index[j] < to ? index[j] & mask[j] : 0);
    return sum;
}

AB_AT_LEVELS(int64_t, ab_conditional_range_sum, (int64_t from, int64_t to), (from, to))
