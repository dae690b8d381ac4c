/* The crossing itself: functions with next to no work, so that a call costs what the call costs. */
#ifndef ABREAST_CROSSING_H
#define ABREAST_CROSSING_H

#include "abreast.h"

#ifdef __cplusplus
extern "C" {
#endif

/* (x ^ y) + y, modulo 2^64: two instructions that no optimiser folds over a loop. */
uint64_t ab_crossing_step(uint64_t x, uint64_t y);

/* The same with y = the last of n readable elements, or 0 when n is 0. */
uint64_t ab_crossing_slice(uint64_t x, const uint64_t *y, size_t n);

#ifdef __cplusplus
}
#endif

#endif
