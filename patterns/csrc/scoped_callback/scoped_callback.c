/* Example: a library, in place of yours. */
#include "scoped_callback.h"

int32_t ab_simpson(ab_integrand *f, void *data, double a, double b, size_t n, double *integral)
{
    if (n == 0 || n % 2 != 0)
        return -1;
    double h = (b - a) / (double)n, sum = 0.0;
    for (size_t i = 0; i <= n; i++) {
        double weight = i == 0 || i == n ? 1.0 : i % 2 != 0 ? 4.0 : 2.0, y;
        int32_t status = f(data, i == n ? b : a + (double)i * h, &y);
        if (status != 0)
            return status;
        sum += weight * y;
    }
    *integral = sum * h / 3.0;
    return 0;
}
