/* dot = sum of x[i] * y[i], i = 0 .. n, in fixed lanes (csrc/lanes.h). */
#ifndef ABREAST_DOT_H
#define ABREAST_DOT_H

#include "abreast.h"

#ifdef __cplusplus
extern "C" {
#endif

/* x and y point to n readable elements each. They may overlap. Reads only, keeps no state. */
double ab_ddot(ab_level level, size_t n, const double *x, const double *y);
float ab_sdot(ab_level level, size_t n, const float *x, const float *y);

#ifdef __cplusplus
}
#endif

#endif
