#include "kernels/escape/escape.hpp"

#include <algorithm>

namespace abreast {
namespace {

struct Point {
    double re, im;
};

/* z^2 + c, in the order that every body keeps. */
AB_BODY Point update(Point z, Point c) noexcept
{
    return {z.re * z.re - z.im * z.im + c.re, (z.re + z.re) * z.im + c.im};
}

AB_BODY bool is_bounded(Point z) noexcept
{
    return z.re * z.re + z.im * z.im <= 4.0;
}

/* The updates of one pixel. */
AB_BODY std::uint32_t updates(Point z, Point c, std::uint32_t max_iter) noexcept
{
    std::uint32_t n = 0;
    do {
        z = update(z, c);
        ++n;
    } while (n < max_iter && is_bounded(z));
    return n;
}

/* The first of the pixels that lie beside each other in one chunk. */
struct Place {
    std::uint64_t row, col, cols;
};

AB_BODY void escape_at_body(const ab_view &v, const Place &place, std::uint32_t *counts,
                            const std::uint32_t *end) noexcept
{
    const double pitch = std::max(v.extent_re / static_cast<double>(v.width),
                                  v.extent_im / static_cast<double>(v.height));
    const auto at = [=](double center, std::uint64_t index, std::uint64_t size) __attribute__((
                        always_inline)) {
        const auto offset = static_cast<std::int64_t>(index) - static_cast<std::int64_t>(size / 2);
        return center + static_cast<double>(offset) * pitch;
    };
    const auto max_iter = static_cast<std::uint32_t>(v.max_iter);
    const Point zero{0, 0}, c{v.c_re, v.c_im};

    for (std::uint64_t row = place.row; counts != end; ++row) {
        const double im = at(v.center_im, row, v.height);
        for (std::uint64_t col = place.col; col < place.col + place.cols; ++col) {
            const Point pixel{at(v.center_re, col, v.width), im};
            *counts++ = v.julia ? updates(pixel, c, max_iter) : updates(zero, pixel, max_iter);
        }
    }
}

AB_AT_LEVELS(void, escape_at,
             (const ab_view &view, const Place &place, std::uint32_t *counts,
              const std::uint32_t *end),
             (view, place, counts, end))

} // namespace

void escape(std::int32_t level, const ab_view &view, std::uint64_t row, std::uint64_t col,
            std::uint64_t cols, rust::Slice<std::uint32_t> counts) noexcept
{
    const std::size_t rows = counts.size() / cols;
    escape_at(level, view, Place{row, col, cols}, counts.data(), counts.data() + rows * cols);
}

} // namespace abreast
