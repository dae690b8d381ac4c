// Example: what C++'s own type has in memory, for a test.
#include <complex>
#include <cstring>

extern "C" {
#include "complex_numbers.h"
}

extern "C" void ab_complex_ramp_cpp(size_t n, double *out)
{
    for (size_t i = 0; i < n; i++) {
        const double odd = 2.0 * static_cast<double>(i) + 1.0;
        const std::complex<double> z(odd, odd + 1.0);
        std::memcpy(out + 2 * i, &z, sizeof z);
    }
}
