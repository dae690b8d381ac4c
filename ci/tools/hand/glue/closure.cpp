#include "closure.hpp"

extern "C" double glue_sum_over(int n, double (*f)(void *, double), void *data) {
    return sum_over(n, [=](double x) { return f(data, x); });
}
