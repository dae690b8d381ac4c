/* Example: a library, in place of yours. */
#include "complex_numbers.h"

#include <complex.h>
#include <string.h>

void ab_zdotc(size_t n, const double *x, const double *y, double *out)
{
    double re = 0.0, im = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double a = x[2 * i], b = x[2 * i + 1], c = y[2 * i], d = y[2 * i + 1];
        re += a * c + b * d;
        im += a * d - b * c;
    }
    out[0] = re;
    out[1] = im;
}

void ab_complex_ramp_c(size_t n, double *out)
{
    for (size_t i = 0; i < n; i++) {
        const double odd = 2.0 * (double)i + 1.0;
        const double _Complex z = odd + (odd + 1.0) * I;
        memcpy(out + 2 * i, &z, sizeof z);
    }
}
