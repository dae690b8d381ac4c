/* C <- alpha A B + beta C over strided A and B and a packed C. Per element, terms are summed over
 * blocks of k; src/kernels/gemm/mod.rs has the exact formula. */
#ifndef ABREAST_GEMM_H
#define ABREAST_GEMM_H

#include "abreast.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sizes, and strides counted in elements, of any sign. */
typedef struct ab_gemm_shape {
    int64_t m; /* rows of A and C */
    int64_t n; /* columns of B and C */
    int64_t k; /* columns of A, rows of B */
    int64_t a_row;
    int64_t a_col;
    int64_t b_row;
    int64_t b_col;
} ab_gemm_shape;

/* a and b point to the elements (0, 0) of A and B, all of whose elements are readable; c points to
 * m * n elements in row-major order that overlap neither. C is not read when beta is 0, A and B
 * are not when alpha is 0. Returns AB_OK or AB_NO_MEMORY; keeps no state. */
ab_status ab_dgemm(ab_level level, const ab_gemm_shape *shape, double alpha, const double *a,
                   const double *b, double beta, double *c);
ab_status ab_sgemm(ab_level level, const ab_gemm_shape *shape, float alpha, const float *a,
                   const float *b, float beta, float *c);

#ifdef __cplusplus
}
#endif

#endif
