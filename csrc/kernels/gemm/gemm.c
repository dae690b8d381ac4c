#include "kernels/gemm/gemm.h"

#include <stdlib.h>
#include <string.h>

/* Blocks of A and B: each about half of a second-level cache, a multiple of every MR and NR. */
#define BLOCK_ROWS 256
#define BLOCK_COLS 240
/* Up to so many rows of C, B is read where it lies: copying it would not pay. */
#define SMALL 64
/* Up to so many terms, most of the time goes into C, which is walked row after row where A and B
 * are packed. */
#define SHALLOW 16

#define NAME(part) ab_d##part
#define REAL double
#define FMA __builtin_fma
#define KC 256
#include "kernels/gemm/gemm.inc"
#undef NAME
#undef REAL
#undef FMA
#undef KC

#define NAME(part) ab_s##part
#define REAL float
#define FMA __builtin_fmaf
#define KC 512
#include "kernels/gemm/gemm.inc"

AB_AT_LEVELS_TOLD(ab_status, ab_dgemm,
                  (const ab_gemm_shape *shape, double alpha, const double *a, const double *b,
                   double beta, double *c),
                  (shape, alpha, a, b, beta, c))
AB_AT_LEVELS_TOLD(ab_status, ab_sgemm,
                  (const ab_gemm_shape *shape, float alpha, const float *a, const float *b,
                   float beta, float *c),
                  (shape, alpha, a, b, beta, c))
