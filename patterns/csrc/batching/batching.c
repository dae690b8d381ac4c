/* Example: a library, in place of yours. */
#include "batching.h"

#include <string.h>

#define GOLDEN 0x9E3779B97F4A7C15u /* of 2^64, the fraction of the golden ratio */

/* The upper bits of the fraction as the mantissa of a number in [1, 2). */
static inline double point(uint64_t fraction)
{
    uint64_t bits = 0x3FF0000000000000u | fraction >> 12;
    double y;
    memcpy(&y, &bits, sizeof y);
    return y - 1.0;
}

double ab_kronecker(uint64_t i)
{
    return point(i * GOLDEN);
}

/* The whole loop is C's: a multiplication becomes an addition, and elements go through side by side. */
void ab_kronecker_many(uint64_t first, size_t n, double *out)
{
    uint64_t fraction = first * GOLDEN;
    for (size_t i = 0; i < n; i++, fraction += GOLDEN)
        out[i] = point(fraction);
}
