/* Example: a library, in place of yours. */
#include "opaque_handle.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

struct ab_factor {
    size_t n;
    double ratio[]; /* of the elimination: 1/2, 2/3, 3/4, .. */
};

struct ab_residuals {
    double worst;
    size_t count;
};

ab_factor *ab_factor_new(size_t n)
{
    /* No object is larger than PTRDIFF_MAX: differences of pointers into it would overflow. */
    if (n == 0 || n > (PTRDIFF_MAX - sizeof(ab_factor)) / sizeof(double))
        return NULL;
    ab_factor *factor = malloc(sizeof *factor + n * sizeof(double));
    if (factor == NULL)
        return NULL;
    factor->n = n;
    for (size_t i = 0; i < n; i++)
        factor->ratio[i] = (double)(i + 1) / (double)(i + 2);
    return factor;
}

void ab_factor_free(ab_factor *factor)
{
    free(factor);
}

size_t ab_factor_order(const ab_factor *factor)
{
    return factor->n;
}

void ab_factor_solve(const ab_factor *factor, double *x, ab_residuals *log)
{
    const size_t n = factor->n;
    const double *ratio = factor->ratio;
    const double last = x[n - 1];
    for (size_t i = 1; i < n; i++)
        x[i] += ratio[i - 1] * x[i - 1];
    x[n - 1] *= ratio[n - 1];
    for (size_t i = n - 1; i > 0; i--)
        x[i - 1] = ratio[i - 1] * (x[i - 1] + x[i]);
    /* Back substitution meets all equations but the last to rounding by itself. */
    const double before = n > 1 ? x[n - 2] : 0.0;
    if (log != NULL)
        ab_residuals_note(log, last - (2.0 * x[n - 1] - before));
}

ab_residuals *ab_residuals_new(void)
{
    return calloc(1, sizeof(ab_residuals));
}

void ab_residuals_free(ab_residuals *log)
{
    free(log);
}

void ab_residuals_note(ab_residuals *log, double residual)
{
    const double size = isnan(residual) ? INFINITY : fabs(residual);
    log->count++;
    if (size > log->worst)
        log->worst = size;
}

size_t ab_residuals_count(const ab_residuals *log)
{
    return log->count;
}

double ab_residuals_worst(const ab_residuals *log)
{
    return log->worst;
}
