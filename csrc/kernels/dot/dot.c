#include "kernels/dot/dot.h"

#include "lanes.h"

AB_SUM_BODY(ab_ddot, double, AB_LANES_F64, (size_t n, const double *x, const double *y), (n, x, y),
            x[k] * y[k])
AB_SUM_BODY(ab_sdot, float, AB_LANES_F32, (size_t n, const float *x, const float *y), (n, x, y),
            x[k] * y[k])

AB_AT_LEVELS(double, ab_ddot, (size_t n, const double *x, const double *y), (n, x, y))
AB_AT_LEVELS(float, ab_sdot, (size_t n, const float *x, const float *y), (n, x, y))
