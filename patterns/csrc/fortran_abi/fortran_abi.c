/* Example: a library, in place of yours. */
#include "fortran_abi.h"

#include <math.h>

/* Fortran compares as if the shorter text had blanks behind it. */
static int is_letter(const char *text, size_t length, char small)
{
    if (length == 0 || (text[0] | 0x20) != small)
        return 0;
    for (size_t i = 1; i < length; i++)
        if (text[i] != ' ')
            return 0;
    return 1;
}

/* Where row i, column j with i >= j of the lower factor stands: itself, or its mirror in the upper one. */
static double *at(double *a, int64_t lda, int lower, int64_t i, int64_t j)
{
    return lower ? &a[i + j * lda] : &a[j + i * lda];
}

static int64_t factor(int lower, int64_t n, double *a, int64_t lda)
{
    for (int64_t j = 0; j < n; j++) {
        double rest = *at(a, lda, lower, j, j);
        for (int64_t k = 0; k < j; k++)
            rest -= *at(a, lda, lower, j, k) * *at(a, lda, lower, j, k);
        if (!(rest > 0.0))
            return j + 1;
        double root = sqrt(rest);
        *at(a, lda, lower, j, j) = root;
        for (int64_t i = j + 1; i < n; i++) {
            double sum = *at(a, lda, lower, i, j);
            for (int64_t k = 0; k < j; k++)
                sum -= *at(a, lda, lower, i, k) * *at(a, lda, lower, j, k);
            *at(a, lda, lower, i, j) = sum / root;
        }
    }
    return 0;
}

static void substitute(int lower, int64_t n, double *a, int64_t lda, double *x)
{
    for (int64_t i = 0; i < n; i++) {
        for (int64_t k = 0; k < i; k++)
            x[i] -= *at(a, lda, lower, i, k) * x[k];
        x[i] /= *at(a, lda, lower, i, i);
    }
    for (int64_t i = n; i-- > 0;) {
        for (int64_t k = i + 1; k < n; k++)
            x[i] -= *at(a, lda, lower, k, i) * x[k];
        x[i] /= *at(a, lda, lower, i, i);
    }
}

static int64_t solve(const char *uplo, size_t length, int64_t n, int64_t nrhs, double *a, int64_t lda,
                     double *b, int64_t ldb)
{
    int lower = is_letter(uplo, length, 'l');
    int64_t least = n > 1 ? n : 1;
    if (!lower && !is_letter(uplo, length, 'u'))
        return -1;
    if (n < 0)
        return -2;
    if (nrhs < 0)
        return -3;
    if (lda < least)
        return -5;
    if (ldb < least)
        return -7;
    int64_t minor = factor(lower, n, a, lda);
    for (int64_t j = 0; n > 0 && minor == 0 && j < nrhs; j++)
        substitute(lower, n, a, lda, b + j * ldb);
    return minor;
}

void ab_dposv_(const char *uplo, const int32_t *n, const int32_t *nrhs, double *a, const int32_t *lda,
               double *b, const int32_t *ldb, int32_t *info, size_t uplo_length)
{
    *info = (int32_t)solve(uplo, uplo_length, *n, *nrhs, a, *lda, b, *ldb);
}

void ab_dposv_64_(const char *uplo, const int64_t *n, const int64_t *nrhs, double *a, const int64_t *lda,
                  double *b, const int64_t *ldb, int64_t *info, size_t uplo_length)
{
    *info = solve(uplo, uplo_length, *n, *nrhs, a, *lda, b, *ldb);
}
