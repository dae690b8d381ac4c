#include "../glue/template.hpp"
#include "../../problems/template.hpp"

double glue_largest_f64(const double *x, size_t n) { return largest(x, n); }

int glue_largest_i32(const int *x, size_t n) { return largest(x, n); }
