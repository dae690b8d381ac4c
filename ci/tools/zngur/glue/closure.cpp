#include "closure.hpp"
#include "generated.h"

namespace rust::exported_functions {
double glue_sum_over(int32_t n, RefMut<crate::Closure> f) {
    return sum_over(n, [&](double x) { return f.call(x); });
}
} // namespace rust::exported_functions
