/* pi: how many of the points from <= i < to lie in the quarter circle. Point i is output i of
 * SplitMix64 seeded with seed; x is its high half, y its low half; a hit when x*x + y*y < 2^64. */
#ifndef ABREAST_PI_H
#define ABREAST_PI_H

#include "abreast.h"

#ifdef __cplusplus
extern "C" {
#endif

/* from <= to. Touches no memory, keeps no state. */
uint64_t ab_pi(ab_level level, uint64_t seed, uint64_t from, uint64_t to);

#ifdef __cplusplus
}
#endif

#endif
