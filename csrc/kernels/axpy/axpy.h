/* axpy: y[i] = alpha * x[i] + y[i], i = 0 .. n, in place. */
#ifndef ABREAST_AXPY_H
#define ABREAST_AXPY_H

#include "abreast.h"

#ifdef __cplusplus
extern "C" {
#endif

/* x points to n readable elements, y to n writable ones; they do not overlap. Keeps no state.
 * Returns AB_OK. */
ab_status ab_daxpy(ab_level level, size_t n, double alpha, const double *x, double *y);
ab_status ab_saxpy(ab_level level, size_t n, float alpha, const float *x, float *y);

#ifdef __cplusplus
}
#endif

#endif
