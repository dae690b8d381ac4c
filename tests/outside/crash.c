#include <stdint.h>

/* Squares, and on request a write to where nothing is. */
void own_squares(uint64_t first, uint64_t n, uint64_t *out, uint64_t crash)
{
    volatile int *volatile nowhere = (volatile int *)16;
    for (uint64_t i = 0; i < n; i++)
        out[i] = (first + i) * (first + i);
    if (crash)
        *nowhere = 1;
}
