#include "tools-cxx/src/bin/closure.rs.h"

double glue_sum_over(int n, Closure &f) {
    return sum_over(n, [&](double x) { return f.call(x); });
}
