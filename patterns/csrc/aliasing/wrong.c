/* Counterexample: the promise, and nobody who checks it. It is also what the price of the check is compared with. */
#include "aliasing.h"

void ab_neighbours_unchecked(size_t n, const double *restrict x, double *restrict y);

void ab_neighbours_unchecked(size_t n, const double *restrict x, double *restrict y)
{
    if (n == 0)
        return;
    y[0] = x[0];
    for (size_t i = 1; i < n; i++)
        y[i] = x[i] + x[i - 1];
}
