/* Example: a library, in place of yours. */
#include "measurement_traps.h"

uint64_t ab_trap_step(uint64_t x, uint64_t y)
{
    return (x ^ y) + y;
}

/* One loop, two optimisers. clang has no such attribute; there both are what the build says. */
#if defined(__clang__) || !defined(__GNUC__)
#define AB_OPTIMISED(level)
#else
#define AB_OPTIMISED(level) __attribute__((optimize(level)))
#endif

AB_OPTIMISED("O2") void ab_trap_axpy_o2(size_t n, double a, const double *x, double *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] += a * x[i];
}

AB_OPTIMISED("O3") void ab_trap_axpy_o3(size_t n, double a, const double *x, double *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] += a * x[i];
}
