/* Pattern: one body, compiled once per level. The sum of squares is the example; it is not marked apart, being the body. */
#include "levels.h"

/* The body. It has no code of its own: always inlined, so that it is compiled for the level of the
 * function that it is inlined into, and leaves no copy that a linker could choose. Eight lanes whatever
 * the level, for the same bits. */
static inline __attribute__((always_inline)) double body(size_t n, const double *x)
{
    double lanes[8] = {0};
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t lane = 0; lane < 8; lane++)
            lanes[lane] += x[i + lane] * x[i + lane];
    for (size_t lane = 0; i + lane < n; lane++)
        lanes[lane] += x[i + lane] * x[i + lane];
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) +
           ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

static double baseline(size_t n, const double *x)
{
    return body(n, x);
}

#if defined(__x86_64__)

__attribute__((target("avx2"))) static double wide(size_t n, const double *x)
{
    return body(n, x);
}

int32_t ab_levels_best(void)
{
    return __builtin_cpu_supports("avx2") ? AB_LEVELS_WIDE : AB_LEVELS_BASELINE;
}

#else

static double wide(size_t n, const double *x)
{
    return body(n, x);
}

int32_t ab_levels_best(void)
{
    return AB_LEVELS_BASELINE;
}

#endif

double ab_levels_squares(int32_t level, size_t n, const double *x)
{
    return level == AB_LEVELS_WIDE ? wide(n, x) : baseline(n, x);
}
