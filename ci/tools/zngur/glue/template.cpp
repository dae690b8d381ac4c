#include "template.hpp"
#include "generated.h"

namespace rust::exported_functions {
double largest_f64(size_t x, size_t n) { return largest(reinterpret_cast<const double *>(x), n); }
int32_t largest_i32(size_t x, size_t n) { return largest(reinterpret_cast<const int32_t *>(x), n); }
} // namespace rust::exported_functions
