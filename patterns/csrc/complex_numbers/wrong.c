/* Counterexample: the inner product as a Fortran library with the convention of f2c exports it: the complex result goes
   through a pointer that stands before the arguments. */
#include <stddef.h>

void ab_f2c_zdotc(double *result, const size_t *n, const double *x, const double *y)
{
    result[0] = 0.0;
    result[1] = 0.0;
    for (size_t i = 0; i < *n; i++) {
        result[0] += x[2 * i] * y[2 * i] + x[2 * i + 1] * y[2 * i + 1];
        result[1] += x[2 * i] * y[2 * i + 1] - x[2 * i + 1] * y[2 * i];
    }
}
