#pragma once
#include <cstddef>

extern "C" {
double glue_largest_f64(const double *x, size_t n);
int glue_largest_i32(const int *x, size_t n);
}
