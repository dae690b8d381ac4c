// Pattern: a matrix in somebody's buffer, shaped as std::mdspan of C++23 with std::layout_stride is.
#ifndef AB_VIEW2_HPP
#define AB_VIEW2_HPP

#include <cstddef>

namespace ab {

// Element (i, j) is p[i * row_stride + j * column_stride]; strides count elements and may be negative.
// The layout is that of View2 and ViewMut2 in Rust. Owns nothing.
template <class T> struct view2 {
    T *p;
    std::size_t rows, columns;
    std::ptrdiff_t row_stride, column_stride;

    std::size_t extent(std::size_t r) const noexcept { return r == 0 ? rows : columns; }
    bool empty() const noexcept { return rows == 0 || columns == 0; }
    std::ptrdiff_t stride(std::size_t r) const noexcept { return r == 0 ? row_stride : column_stride; }
    T &operator()(std::size_t i, std::size_t j) const noexcept {
        return p[static_cast<std::ptrdiff_t>(i) * row_stride + static_cast<std::ptrdiff_t>(j) * column_stride];
    }
};

} // namespace ab

#endif
