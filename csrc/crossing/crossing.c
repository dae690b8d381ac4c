#include "crossing/crossing.h"

uint64_t ab_crossing_step(uint64_t x, uint64_t y)
{
    return (x ^ y) + y;
}

uint64_t ab_crossing_slice(uint64_t x, const uint64_t *y, size_t n)
{
    uint64_t last = n ? y[n - 1] : 0;
    return (x ^ last) + last;
}
