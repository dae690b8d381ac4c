/* sum = sum of x[i], i = 0 .. n, in fixed lanes (csrc/lanes.h). */
#ifndef ABREAST_SUM_H
#define ABREAST_SUM_H

#include "abreast.h"

#ifdef __cplusplus
extern "C" {
#endif

/* x points to n readable elements. Reads only, keeps no state. */
double ab_dsum(ab_level level, size_t n, const double *x);
float ab_ssum(ab_level level, size_t n, const float *x);

#ifdef __cplusplus
}
#endif

#endif
