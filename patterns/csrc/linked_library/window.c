/* Example: a library, in place of yours. */
#include "window.h"

#include <math.h>

static int32_t chosen = AB_WINDOW_HANN; /* atomic */

int32_t ab_window_version(void)
{
    return AB_WINDOW_VERSION;
}

int32_t ab_window_choose(int32_t kind)
{
    if (kind != AB_WINDOW_HANN && kind != AB_WINDOW_HAMMING)
        return -1;
    __atomic_store_n(&chosen, kind, __ATOMIC_RELAXED);
    return 0;
}

int32_t ab_window_chosen(void)
{
    return __atomic_load_n(&chosen, __ATOMIC_RELAXED);
}

void ab_window_fill(double *x, size_t n)
{
    const double floor = ab_window_chosen() == AB_WINDOW_HANN ? 0.5 : 0.54;
    const double step = n > 1 ? 6.283185307179586 / (double)(n - 1) : 0.0;
    for (size_t i = 0; i < n; i++)
        x[i] = n > 1 ? floor - (1.0 - floor) * cos(step * (double)i) : 1.0;
}
