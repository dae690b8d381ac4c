/* Example: a library, in place of yours. */
#include "panic_parcel.h"

#include <stdatomic.h>
#include <stdlib.h>

static _Atomic int64_t live = 0;

static double sum(const double *y, size_t n)
{
    double ends = y[0] + y[n], odd = 0.0, even = 0.0;
    for (size_t i = 1; i < n; i += 2)
        odd += y[i];
    for (size_t i = 2; i < n; i += 2)
        even += y[i];
    return ends + 4.0 * odd + 2.0 * even;
}

int32_t ab_area(size_t n, double lower, double upper, ab_area_fn f,
                ab_area_report_fn report, void *user, double *area)
{
    if (n == 0 || n % 2 != 0 || n > PTRDIFF_MAX / sizeof(double) - 1)
        return AB_AREA_INTERVALS;
    double *y = malloc((n + 1) * sizeof *y);
    if (y == NULL)
        return AB_AREA_NO_MEMORY;
    atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
    const double step = (upper - lower) / (double)n;
    int32_t status = AB_AREA_OK;
    size_t evaluations = 0;
    while (evaluations <= n && status == AB_AREA_OK) {
        const double x = lower + step * (double)evaluations;
        if (f(user, x, &y[evaluations]) != 0)
            status = AB_AREA_STOPPED;
        evaluations++;
    }
    if (status == AB_AREA_OK)
        *area = step / 3.0 * sum(y, n);
    /* What a panic that jumped over this frame would leave undone. */
    free(y);
    atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
    report(user, evaluations);
    return status;
}

int64_t ab_area_live(void)
{
    return atomic_load_explicit(&live, memory_order_relaxed);
}
