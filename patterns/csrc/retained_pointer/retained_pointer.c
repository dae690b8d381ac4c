/* Example: a library, in place of yours. */
#include "retained_pointer.h"

#include <stdlib.h>

struct ab_fir {
    const double *taps; /* borrowed */
    size_t n;
};

ab_fir *ab_fir_new(void)
{
    return calloc(1, sizeof(ab_fir));
}

void ab_fir_free(ab_fir *fir)
{
    free(fir);
}

void ab_fir_set_taps(ab_fir *fir, const double *taps, size_t n)
{
    fir->taps = taps;
    fir->n = n;
}

void ab_fir_run(const ab_fir *fir, size_t n, const double *x, double *y)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = 0.0;
        for (size_t k = 0; k < fir->n && k <= i; k++)
            y[i] += fir->taps[k] * x[i - k];
    }
}
