/* Pattern: one body, compiled once per instruction-set level. Here a sum of squares. */
#ifndef AB_LEVELS_H
#define AB_LEVELS_H

#include <stddef.h>
#include <stdint.h>

#define AB_LEVELS_BASELINE 0 /* what every CPU of the architecture has */
#define AB_LEVELS_WIDE 1     /* x86-64 with AVX2 */

/* The highest level that this CPU has. */
int32_t ab_levels_best(void);

/* The sum of the squares of x[0..n], to the same bits at every level. A level above ab_levels_best must
 * not be passed; numbers without a meaning fall back to the baseline. */
double ab_levels_squares(int32_t level, size_t n, const double *x);

#endif
