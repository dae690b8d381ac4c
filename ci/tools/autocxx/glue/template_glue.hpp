#pragma once
#include "template.hpp"
#include <cstdint>

inline double largest_f64(const double *x, std::size_t n) { return largest(x, n); }
inline std::int32_t largest_i32(const std::int32_t *x, std::size_t n) { return largest(x, n); }
