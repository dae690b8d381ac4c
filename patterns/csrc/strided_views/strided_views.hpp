// Example: Y <- alpha X + Y for strided views.
#ifndef AB_STRIDED_VIEWS_HPP
#define AB_STRIDED_VIEWS_HPP

#include "strided_views/view2.hpp"

#include <cstdint>

extern "C" {

// All elements of both views are there; no two of y are one, and none is one of x. Returns 0; or -1, nothing
// written, when the shapes differ.
std::int32_t ab_view_axpy(double alpha, const ab::view2<const double> *x, const ab::view2<double> *y) noexcept;

// What a BLAS calls a general matrix: m x n numbers, row after row (order 101) or column after column (order
// 102), lda elements apart. Returns their sum, (i, j) weighted by 100 i + j; NaN for another order,
// m or n < 0, or lda smaller than what it steps over (or than 1).
double ab_ge_sum(int order, int m, int n, const double *a, int lda) noexcept;

}

#endif
