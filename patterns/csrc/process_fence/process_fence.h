/* Example: Gauss quadrature of a cubic, by a library that checks nothing. */
#ifndef AB_PROCESS_FENCE_H
#define AB_PROCESS_FENCE_H

#include <stdint.h>

typedef struct ab_integral {
    uint64_t points; /* of the rule; the library has 2 and 3 */
    double c[4];     /* c[0] + c[1] x + c[2] x^2 + c[3] x^3 */
    double from, to;
} ab_integral;

/* The integral. Keeps no state. With more points than 3 it reads through a null pointer; with less
 * than 2 it does not return. */
double ab_integrate(const ab_integral *integral);

#endif
