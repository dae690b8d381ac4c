/* C <- alpha A B + beta C over strided A and B and a packed C. Per element, terms are summed over
 * blocks of k; src/kernels/gemm/mod.rs has the exact formula. */
#pragma once

#include "rust/cxx.h"

#include <cstdint>

namespace abreast {

/* Sizes and strides; cxx defines it from src/kernels/gemm/cpp.rs. */
struct GemmShape;

/* c is shape.m x shape.n in row-major order. Throws std::bad_alloc when there is no room for
 * packed panels. */
void dgemm(std::int32_t level, const GemmShape &shape, double alpha, rust::Slice<const double> a,
           rust::Slice<const double> b, double beta, rust::Slice<double> c);
void sgemm(std::int32_t level, const GemmShape &shape, float alpha, rust::Slice<const float> a,
           rust::Slice<const float> b, float beta, rust::Slice<float> c);

} // namespace abreast
