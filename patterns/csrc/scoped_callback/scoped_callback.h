/* Example: quadrature of a function that the caller brings. */
#ifndef AB_SCOPED_CALLBACK_H
#define AB_SCOPED_CALLBACK_H

#include <stddef.h>
#include <stdint.h>

/* Writes f(x) to y and returns 0; anything else stops the integration. It returns: it neither throws nor
 * jumps. */
typedef int32_t ab_integrand(void *data, double x, double *y);

/*
 * Simpson's rule with n panels, n even and not 0, from a to b. Calls f n + 1 times, from a to b in order,
 * on this thread, during this call and never after it; data is handed on and not looked at. Returns 0
 * and writes *integral, or, *integral untouched, -1 for another n, or what f has returned. Only data may be
 * null. Keeps no state: any thread, and from within f as well.
 */
int32_t ab_simpson(ab_integrand *f, void *data, double a, double b, size_t n, double *integral);

#endif
