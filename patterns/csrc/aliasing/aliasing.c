/* Pattern: the check before a loop with restrict. The loops are the example; they are not marked apart, being three lines
 * each. */
#include "aliasing.h"

/* With restrict the compiler need not ask before it works on many elements at a time. Inlined, gcc forgets
 * that it was promised. */
#if defined(__GNUC__)
__attribute__((noinline))
#endif
static void disjoint(size_t n, const double *restrict x, double *restrict y)
{
    if (n == 0)
        return;
    y[0] = x[0];
    for (size_t i = 1; i < n; i++)
        y[i] = x[i] + x[i - 1];
}

int32_t ab_neighbours(size_t n, const double *x, double *y)
{
    /* Pointers to different arrays may not be compared, integers may. */
    uintptr_t from = (uintptr_t)x, to = (uintptr_t)y, bytes = n * sizeof *x;
    if (from < to ? to - from < bytes : from - to < bytes)
        return -1;
    disjoint(n, x, y);
    return 0;
}

void ab_neighbours_inplace(size_t n, double *x)
{
    /* From the end, so that what is read has not been written. */
    for (size_t i = n; i-- > 1;)
        x[i] += x[i - 1];
}
