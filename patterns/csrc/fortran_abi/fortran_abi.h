/* Example: a subroutine of Fortran, as C sees it. */
/*
 * What a Fortran compiler makes of
 *
 *     SUBROUTINE AB_DPOSV(UPLO, N, NRHS, A, LDA, B, LDB, INFO)
 *     CHARACTER UPLO
 *     INTEGER N, NRHS, LDA, LDB, INFO
 *     DOUBLE PRECISION A(LDA, *), B(LDB, *)
 *
 * on most Unix systems (gfortran from version 8 on, flang, ifx): the name in small letters with an underscore behind
 * it, every argument by address, and behind all of them the length of each CHARACTER, by value.
 */
#ifndef AB_FORTRAN_ABI_H
#define AB_FORTRAN_ABI_H

#include <stddef.h>
#include <stdint.h>

/*
 * Solves A X = B for a symmetric positive definite A of order N, by Cholesky's factorisation, and X overwrites the
 * N x NRHS matrix B. The columns of a matrix stand one after the other, LDA or LDB numbers apart. Only the triangle
 * that UPLO names is read ('L' or 'U', in any case), and the factor overwrites it; the rest of A is not touched.
 *
 * INFO = 0: solved. INFO = -k: the argument k is none (N < 0, NRHS < 0, LDA or LDB < max(1, N), UPLO), and nothing
 * is changed. INFO = k > 0: the leading minor of order k is not positive; B is unchanged.
 *
 * No argument may be null; A may dangle where N is 0, B where N or NRHS is 0. Nothing overlaps. No state.
 */
void ab_dposv_(const char *uplo, const int32_t *n, const int32_t *nrhs, double *a, const int32_t *lda,
               double *b, const int32_t *ldb, int32_t *info, size_t uplo_length);

/* The same in a library built with 64-bit INTEGERs ("ILP64"). Its names end in _64_ by custom only: some builds
 * have the names without, and then nothing but the documentation tells. */
void ab_dposv_64_(const char *uplo, const int64_t *n, const int64_t *nrhs, double *a, const int64_t *lda,
                  double *b, const int64_t *ldb, int64_t *info, size_t uplo_length);

#endif
