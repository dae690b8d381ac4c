/* Example: C that uses what Rust exports, as a program that never heard of Rust would. */
#include "both_directions.h"

/* The trapezoidal integral of the table over [from, to] in n > 0 steps, or a status that is not OK and
 * *integral untouched. */
int32_t ab_client_integral(size_t points, const double *x, const double *y, double from, double to,
                           size_t n, double *integral)
{
    ab_lines *table = NULL;
    int32_t status = ab_lines_new(points, x, y, &table);
    double sum = 0.0;
    for (size_t i = 0; status == AB_LINES_OK && i <= n; i++) {
        double at = i == n ? to : from + (to - from) * ((double)i / (double)n);
        double value = 0.0;
        status = ab_lines_at(table, at, &value);
        sum += (i == 0 || i == n) ? value / 2.0 : value;
    }
    if (status == AB_LINES_OK)
        *integral = sum * (to - from) / (double)n;
    ab_lines_free(table);
    return status;
}
