/* Example: the inner product of complex vectors, with complex numbers behind pointers only. */
#ifndef AB_COMPLEX_NUMBERS_H
#define AB_COMPLEX_NUMBERS_H

#include <stddef.h>

/* *out <- the sum of conj(x[i]) * y[i]. Each complex number is two doubles, real part first, so x and y
   have 2n doubles and out 2. Pointers may be null where n is 0, but not out; out overlaps neither x nor
   y. Keeps nothing; any thread. */
void ab_zdotc(size_t n, const double *x, const double *y, double *out);

/* The complex numbers 1 + 2i, 3 + 4i, .. as C's own type has them in memory: 2n doubles to out. */
void ab_complex_ramp_c(size_t n, double *out);
/* The same as C++'s own type has them. */
void ab_complex_ramp_cpp(size_t n, double *out);

#endif
