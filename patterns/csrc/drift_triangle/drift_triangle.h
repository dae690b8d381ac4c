/* Pattern: the header that all declarations are of; a bridge has to see it. Here of springs: n masses of mass 1, each drawn
 * back to 0. x and v are their places and velocities, n numbers
 * each, which do not overlap. No function keeps a pointer; any thread, as long as nobody else writes. */
#ifndef AB_DRIFT_TRIANGLE_H
#define AB_DRIFT_TRIANGLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Their energy. */
double ab_springs_energy(size_t n, const double *x, const double *v);

/* Takes so many leapfrog steps of length dt. Returns 0, or 1 when a mass got beyond all numbers. */
int32_t ab_springs_leapfrog(size_t n, uint32_t steps, double dt, double *x, double *v);

#ifdef __cplusplus
}
#endif

#endif
