/* Counterexample: an integrator that breaks its promise and calls after the call. */
#include "scoped_callback.h"

static struct {
    ab_integrand *f;
    void *data;
} kept;

void ab_simpson_later(ab_integrand *f, void *data);
int32_t ab_simpson_now(double x, double *y);

void ab_simpson_later(ab_integrand *f, void *data)
{
    kept.f = f;
    kept.data = data;
}

int32_t ab_simpson_now(double x, double *y)
{
    return kept.f(kept.data, x, y);
}
