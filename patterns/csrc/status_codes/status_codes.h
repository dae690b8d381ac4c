/* Example: adaptive quadrature of a polynomial. */
#ifndef AB_STATUS_CODES_H
#define AB_STATUS_CODES_H

#include <stddef.h>
#include <stdint.h>

/* What a function of this file returns. Codes are added, never changed. */
enum {
    AB_QUAD_OK = 0,
    AB_QUAD_NO_TERMS = -1,     /* no coefficient */
    AB_QUAD_NOT_FINITE = -2,   /* a coefficient or a bound is NaN or infinite */
    AB_QUAD_REVERSED = -3,     /* the upper bound is below the lower */
    AB_QUAD_TOLERANCE = -4,    /* the tolerance is not above zero */
    AB_QUAD_NO_CONVERGENCE = -5 /* the tolerance was not reached */
};

/* Integrates terms[0] + terms[1] x + .. + terms[n - 1] x^(n - 1) from lower to upper, to the tolerance,
 * into *area, which is written on AB_QUAD_OK only. No pointer is null, but terms may be when n is 0. Any
 * thread. */
int32_t ab_quad(size_t n, const double *terms, double lower, double upper, double tolerance,
                double *area);

/* Writes what a code means, in English, to the `capacity` bytes at text: terminated, cut where it does
 * not fit. Codes that are not in the list above have a text too. Null is fine when capacity is 0. */
void ab_quad_text(int32_t code, char *text, size_t capacity);

#endif
