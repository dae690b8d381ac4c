#include "kernels/dot/dot.h"

#include "lanes.h"

#define DOT_BODY(name, real, lanes)                                                                \
    AB_BODY real name##_body(size_t n, const real *x, const real *y)                               \
    {                                                                                              \
        real acc[lanes] = {0};                                                                     \
        size_t i = 0;                                                                              \
        for (; n - i >= lanes; i += lanes)                                                         \
            for (size_t j = 0; j < lanes; j++)                                                     \
                acc[j] += x[i + j] * y[i + j];                                                     \
        for (size_t j = 0; i + j < n; j++)                                                         \
            acc[j] += x[i + j] * y[i + j];                                                         \
        AB_FOLD_LANES(acc, lanes);                                                                 \
        return acc[0];                                                                             \
    }

DOT_BODY(ab_ddot, double, AB_LANES_F64)
DOT_BODY(ab_sdot, float, AB_LANES_F32)

AB_AT_LEVELS(double, ab_ddot, (size_t n, const double *x, const double *y), (n, x, y))
AB_AT_LEVELS(float, ab_sdot, (size_t n, const float *x, const float *y), (n, x, y))
