/* range_sum = sum of i, from <= i < to, every i added. */
#ifndef ABREAST_RANGE_SUM_H
#define ABREAST_RANGE_SUM_H

#include "abreast.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 0 <= from <= to <= 2^32, so that the sum fits. */
int64_t ab_range_sum(ab_level level, int64_t from, int64_t to);

/* sums[k] = sum of i, 0 <= i < limits[k], for k < n. limits and sums point to n elements each, do not
 * overlap, and every limit is between 0 and 2^32. Keeps no state. */
void ab_range_sums(ab_level level, size_t n, const int64_t *limits, int64_t *sums);

/* sum of i, 0 <= i < n, 0 <= n <= 2^32: the loop without AB_KEEP, which a compiler is free to replace
 * by n (n - 1) / 2. Some do, some do not. */
int64_t ab_range_sum_folded(int64_t n);

#ifdef __cplusplus
}
#endif

#endif
