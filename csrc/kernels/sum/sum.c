#include "kernels/sum/sum.h"

#include "lanes.h"

#define SUM_BODY(name, real, lanes)                                                                \
    AB_BODY real name##_body(size_t n, const real *x)                                              \
    {                                                                                              \
        real acc[lanes] = {0};                                                                     \
        size_t i = 0;                                                                              \
        for (; n - i >= lanes; i += lanes)                                                         \
            for (size_t j = 0; j < lanes; j++)                                                     \
                acc[j] += x[i + j];                                                                \
        for (size_t j = 0; i + j < n; j++)                                                         \
            acc[j] += x[i + j];                                                                    \
        AB_FOLD_LANES(acc, lanes);                                                                 \
        return acc[0];                                                                             \
    }

SUM_BODY(ab_dsum, double, AB_LANES_F64)
SUM_BODY(ab_ssum, float, AB_LANES_F32)

AB_AT_LEVELS(double, ab_dsum, (size_t n, const double *x), (n, x))
AB_AT_LEVELS(float, ab_ssum, (size_t n, const float *x), (n, x))
