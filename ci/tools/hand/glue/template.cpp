#include "template.hpp"

extern "C" double glue_largest_f64(const double *x, size_t n) { return largest(x, n); }

extern "C" int glue_largest_i32(const int *x, size_t n) { return largest(x, n); }
