// Decompositions of Eigen for C. Page `symbol_prefix`: all names begin with ab_eigen_.
//
// Why functions of C and no bridge of cxx: what crosses are views by pointers, which a bridge could only declare unsafe,
// and errors with a code. No type of C++'s library crosses, so page `cpp_classes` has nothing to give here.
#ifndef AB_EIGEN_HPP
#define AB_EIGEN_HPP

#include <cstddef>
#include <cstdint>

// Page `strided_views`: element (i, j) is p[i * row_stride + j * column_stride]. All elements exist, no two are one, and
// no stride is negative. p may be null when there are no elements.
template <class T>
struct ab_eigen_view {
    T *p;
    std::size_t rows, columns, row_stride, column_stride;
};

// Page `layout_handshake`: src/lib.rs asserts the same of its own.
static_assert(sizeof(ab_eigen_view<double>) == 5 * sizeof(void *), "a pointer and four sizes");
static_assert(offsetof(ab_eigen_view<double>, column_stride) == 4 * sizeof(void *), "in this order");

// What the functions return. On failure the reason is in the caller's `capacity` bytes at `text`, which end with a zero.
enum : std::int32_t {
    AB_EIGEN_FINE = 0,
    AB_EIGEN_NOT_POSITIVE_DEFINITE = 1,
    AB_EIGEN_RANK_DEFICIENT = 2,
    AB_EIGEN_NO_MEMORY = -1,
    AB_EIGEN_ASSERTION = -2, // Eigen's own checks of sizes and states
    AB_EIGEN_EXCEPTION = -3,
};

// Page `opaque_handle`.
struct ab_eigen_cholesky;
struct ab_eigen_qr;

extern "C" {

// A = L L^T in the place of A: n x n, of which the lower triangle is read and becomes L; row_stride is 1. Page
// `retained_pointer`: A's memory belongs to the new object until ab_eigen_cholesky_free. On failure there is no
// object, and A may have been overwritten in part.
std::int32_t ab_eigen_cholesky_new(const ab_eigen_view<double> *a, ab_eigen_cholesky **out, char *text,
                                   std::size_t capacity) noexcept;
void ab_eigen_cholesky_free(ab_eigen_cholesky *whole) noexcept;

// B <- A^-1 B, for n x k. Any thread, also several at once.
std::int32_t ab_eigen_cholesky_solve(const ab_eigen_cholesky *whole, const ab_eigen_view<double> *b, char *text,
                                     std::size_t capacity) noexcept;

// Q R = A P of a copy of A, m x n. AB_EIGEN_RANK_DEFICIENT, and *rank, when the rank is below n.
std::int32_t ab_eigen_qr_new(const ab_eigen_view<const double> *a, ab_eigen_qr **out, std::size_t *rank, char *text,
                             std::size_t capacity) noexcept;
void ab_eigen_qr_free(ab_eigen_qr *whole) noexcept;

// X, n x k, with the least |A X - B| for B, m x k. Any thread, also several at once. B and X do not overlap.
std::int32_t ab_eigen_qr_solve(const ab_eigen_qr *whole, const ab_eigen_view<const double> *b,
                               const ab_eigen_view<double> *x, char *text, std::size_t capacity) noexcept;
}

#endif
