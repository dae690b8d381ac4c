#include <cmath>
#include <cstddef>

extern "C" double my_asum_cpp(std::size_t n, const double *x) noexcept
{
    double sum = 0.0;
    for (std::size_t i = 0; i < n; ++i)
        sum += std::abs(x[i]);
    return sum;
}
