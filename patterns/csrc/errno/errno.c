/* Pattern: errno for another language. */
#include "errno.h"

#include <errno.h>

void ab_errno_set(int value)
{
    errno = value;
}

/* Example: a library, in place of yours. */
#include <math.h>
#include <string.h>
#include <unistd.h>

int ab_table_at(size_t n, const double *xs, const double *ys, double x, double *y)
{
    if (n < 2) {
        errno = EINVAL;
        return -1;
    }
    if (!(x >= xs[0] && x <= xs[n - 1])) {
        errno = EDOM;
        return -1;
    }
    size_t i = 1;
    while (i < n - 1 && xs[i] < x)
        i++;
    const double share = (x - xs[i - 1]) / (xs[i] - xs[i - 1]);
    *y = ys[i - 1] + share * (ys[i] - ys[i - 1]);
    return 0;
}

double ab_rate(double a, double e, double t)
{
    if (!(t > 0.0)) {
        errno = EDOM;
        return NAN;
    }
    /* exp reports a result too small for a number as well, which is no failure here: the rate is 0. */
    const int before = errno;
    const double rate = a * exp(-e / (8.31446261815324 * t));
    errno = before;
    if (isnan(rate))
        errno = EDOM;
    else if (isinf(rate) && isfinite(a) && isfinite(e))
        errno = ERANGE;
    return rate;
}

void ab_log(const char *line)
{
    const int closed = -1;
    if (write(closed, line, strlen(line)) < 0) {
        /* A log that fails has nowhere to say so. */
    }
}
