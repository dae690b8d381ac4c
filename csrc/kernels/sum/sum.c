#include "kernels/sum/sum.h"

#include "lanes.h"

AB_SUM_BODY(ab_dsum, double, AB_LANES_F64, (size_t n, const double *x), (n, x), x[k])
AB_SUM_BODY(ab_ssum, float, AB_LANES_F32, (size_t n, const float *x), (n, x), x[k])

AB_AT_LEVELS(double, ab_dsum, (size_t n, const double *x), (n, x))
AB_AT_LEVELS(float, ab_ssum, (size_t n, const float *x), (n, x))
