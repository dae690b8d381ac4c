/* Example: a library, in place of yours. */
#include "drift_triangle.h"

#include <math.h>

double ab_springs_energy(size_t n, const double *x, const double *v)
{
    double energy = 0;
    for (size_t i = 0; i < n; i++)
        energy += 0.5 * v[i] * v[i] + 0.5 * x[i] * x[i];
    return energy;
}

int32_t ab_springs_leapfrog(size_t n, uint32_t steps, double dt, double *x, double *v)
{
    int32_t beyond = 0;
    for (size_t i = 0; i < n; i++) {
        double xi = x[i], vi = v[i];
        for (uint32_t step = 0; step < steps; step++) {
            vi -= 0.5 * dt * xi;
            xi += dt * vi;
            vi -= 0.5 * dt * xi;
        }
        x[i] = xi;
        v[i] = vi;
        beyond |= !isfinite(xi) || !isfinite(vi);
    }
    return beyond;
}
