/* conditional_range_sum = sum of i, from <= i < to, i % 3 == 0, every i visited. */
#ifndef ABREAST_CONDITIONAL_RANGE_SUM_H
#define ABREAST_CONDITIONAL_RANGE_SUM_H

#include "abreast.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 0 <= from <= to <= 7439101575, so that the sum fits. */
int64_t ab_conditional_range_sum(ab_level level, int64_t from, int64_t to);

#ifdef __cplusplus
}
#endif

#endif
