/* The loops that anybody would write, without a word for the compiler. Compiled several times, with the flags and
 * the SUFFIX that build.rs says. */
#include <stddef.h>

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(name) JOIN(peers_##name, SUFFIX)

#define LOOPS(REAL, TYPE)                                                    \
    REAL NAME(dot_##TYPE)(size_t n, const REAL *x, const REAL *y)            \
    {                                                                        \
        REAL sum = 0;                                                        \
        for (size_t i = 0; i < n; i++)                                       \
            sum += x[i] * y[i];                                              \
        return sum;                                                          \
    }                                                                        \
    REAL NAME(sum_##TYPE)(size_t n, const REAL *x)                           \
    {                                                                        \
        REAL sum = 0;                                                        \
        for (size_t i = 0; i < n; i++)                                       \
            sum += x[i];                                                     \
        return sum;                                                          \
    }                                                                        \
    void NAME(axpy_##TYPE)(size_t n, REAL a, const REAL *x, REAL *y)         \
    {                                                                        \
        for (size_t i = 0; i < n; i++)                                       \
            y[i] += a * x[i];                                                \
    }

LOOPS(double, f64)
LOOPS(float, f32)
