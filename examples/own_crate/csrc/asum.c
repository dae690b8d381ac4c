#include <math.h>
#include <stddef.h>

double my_asum_c(size_t n, const double *x)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; ++i)
        sum += fabs(x[i]);
    return sum;
}
