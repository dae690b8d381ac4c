#include "kernels/axpy/axpy.h"

/* restrict is what the header demands; it lets the compiler load ahead of its stores. */
#define AXPY_BODY(name, real)                                                                      \
    AB_BODY ab_status name##_body(size_t n, real alpha, const real *restrict x, real *restrict y)  \
    {                                                                                              \
        for (size_t i = 0; i < n; i++)                                                             \
            y[i] += alpha * x[i];                                                                  \
        return AB_OK;                                                                              \
    }

AXPY_BODY(ab_daxpy, double)
AXPY_BODY(ab_saxpy, float)

AB_AT_LEVELS(ab_status, ab_daxpy, (size_t n, double alpha, const double *x, double *y),
             (n, alpha, x, y))
AB_AT_LEVELS(ab_status, ab_saxpy, (size_t n, float alpha, const float *x, float *y),
             (n, alpha, x, y))
