/* Example: Kronecker's sequence: points that fill [0, 1) evenly. */
#ifndef AB_BATCHING_H
#define AB_BATCHING_H

#include <stddef.h>
#include <stdint.h>

/* Point i: the fraction of i times the golden ratio. */
double ab_kronecker(uint64_t i);

/* Points first, first + 1, .. to out[0..n], the same bits; indices start again after 2^64 - 1. */
void ab_kronecker_many(uint64_t first, size_t n, double *out);

#endif
