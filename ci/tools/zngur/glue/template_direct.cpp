#include "template.hpp"
#include "generated.h"

namespace rust::exported_functions {
double largest_f64(const double *x, size_t n) { return largest(x, n); }
int32_t largest_i32(const int32_t *x, size_t n) { return largest(x, n); }
} // namespace rust::exported_functions
