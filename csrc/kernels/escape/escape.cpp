#include "kernels/escape/escape.hpp"

#include <algorithm>

namespace abreast {
namespace {

/* Orbits side by side in lanes, as in escape.c: stretches of neighbours begin together, all lanes
 * make a block of updates between two tests, and the block that an orbit did not end inside is made
 * once more, with a test after every update. */
constexpr int lanes = 32;
constexpr int width = 8;
constexpr int steps = 8;
constexpr double safe = 3.9999;

struct Point {
    double re, im;
};

/* z^2 + c, in the order that every body keeps. */
AB_BODY Point update(Point z, Point c) noexcept
{
    return {z.re * z.re - z.im * z.im + c.re, (z.re + z.re) * z.im + c.im};
}

AB_BODY double norm(Point z) noexcept
{
    return z.re * z.re + z.im * z.im;
}

/* The updates of one orbit, the plain way. */
AB_BODY std::uint32_t updates(Point z, Point c, std::uint32_t max_iter) noexcept
{
    std::uint32_t n = 0;
    do {
        z = update(z, c);
        ++n;
    } while (n < max_iter && norm(z) <= 4.0);
    return n;
}

template <int n> struct Points {
    double re[n], im[n];

    [[gnu::always_inline]] Point operator[](int k) const noexcept { return {re[k], im[k]}; }
    [[gnu::always_inline]] void set(int k, Point z) noexcept
    {
        re[k] = z.re;
        im[k] = z.im;
    }
};

/* One update of each. "unroll 1": g++ would turn a short loop into scalar code before it looks for
 * vectors. */
template <int n> AB_BODY void update(Points<n> &z, const Points<n> &c) noexcept
{
#pragma GCC unroll 1
    for (int k = 0; k < n; ++k)
        z.set(k, update(z[k], c[k]));
}

/* Some pixels of one row. */
struct Stretch {
    std::uint32_t *counts;
    int len;
    std::int64_t tests;
};

struct Orbits {
    Points<lanes> z, c;
    Points<lanes> in; /* where each was at the last test that it passed, or began */
    std::int64_t passed[lanes]; /* how many it passed; far below 0: not to be counted */

    /* Updates of all, and a test. */
    [[gnu::always_inline]] void block() noexcept
    {
        for (int step = 0; step < steps; ++step)
            update(z, c);
        for (int k = 0; k < lanes; ++k) {
            const bool inside = norm(z[k]) <= 4.0;
            in.set(k, {inside ? z.re[k] : in.re[k], inside ? z.im[k] : in.im[k]});
            passed[k] += inside ? 1 : 0;
        }
    }

    /* Whether an orbit of the stretch in the lanes from `first` on has passed all tests. */
    [[gnu::always_inline]] bool is_inside(const Stretch &s, int first) const noexcept
    {
        std::int64_t inside = 0;
#pragma GCC unroll 1
        for (int k = first; k < first + width; ++k)
            inside |= passed[k] == s.tests;
        return inside != 0;
    }

    /* The counts of the stretch in the lanes from `first` on, none of whose orbits is inside. */
    [[gnu::always_inline]] void count(const Stretch &s, int first,
                                      std::uint32_t max_iter) const noexcept
    {
        Points<width> from, constant;
        std::int64_t n[width];
#pragma GCC unroll 1
        for (int k = 0; k < width; ++k) {
            from.set(k, in[first + k]);
            constant.set(k, c[first + k]);
            n[k] = passed[first + k] * steps + 1;
        }
        for (int step = 0; step < steps; ++step) {
            update(from, constant);
#pragma GCC unroll 1
            for (int k = 0; k < width; ++k)
                n[k] += norm(from[k]) <= 4.0 ? 1 : 0;
        }
        for (int k = 0; k < s.len; ++k)
            if (n[k] > 0)
                s.counts[k] = static_cast<std::uint32_t>(std::min<std::int64_t>(n[k], max_iter));
    }
};

/* The pixels of a chunk that have not begun. */
struct Pixels {
    const ab_view &view;
    std::uint64_t row, col, first_col, end_col;
    std::uint32_t *counts, *end;
    double pitch;

    [[gnu::always_inline]] double at(double center, std::uint64_t index,
                                     std::uint64_t size) const noexcept
    {
        const auto offset = static_cast<std::int64_t>(index) - static_cast<std::int64_t>(size / 2);
        return center + static_cast<double>(offset) * pitch;
    }

    /* Takes the next pixels of one row, if there are any left, and puts their orbits into the
     * lanes from `first` on. */
    [[gnu::always_inline]] Stretch take(Orbits &orbits, int first) noexcept
    {
        const std::uint64_t left = counts == end ? 0 : end_col - col;
        const Stretch s{counts, static_cast<int>(std::min<std::uint64_t>(left, width)), 0};
        const double im = at(view.center_im, row, view.height);
#pragma GCC unroll 1
        for (int k = 0; k < width; ++k) {
            const Point pixel{at(view.center_re, col + static_cast<std::uint64_t>(k), view.width),
                              im};
            const Point z = view.julia ? pixel : Point{0, 0},
                        c = view.julia ? Point{view.c_re, view.c_im} : pixel;
            const bool counted = (norm(c) <= safe) & (k < s.len);
            orbits.z.set(first + k, z);
            orbits.in.set(first + k, z);
            orbits.c.set(first + k, c);
            orbits.passed[first + k] = counted ? 0 : INT64_MIN / (2 * steps);
        }
        counts += s.len;
        col += static_cast<std::uint64_t>(s.len);
        if (col == end_col) {
            col = first_col;
            ++row;
        }
        return s;
    }

    /* Begins the next stretch that has a safe pixel, if there is one; counts the others at once. */
    [[gnu::always_inline]] Stretch begin(Orbits &orbits, int first) noexcept
    {
        for (;;) {
            const Stretch s = take(orbits, first);
            for (int k = 0; k < s.len; ++k)
                if (orbits.passed[first + k] < 0)
                    s.counts[k] = updates(orbits.z[first + k], orbits.c[first + k],
                                          static_cast<std::uint32_t>(view.max_iter));
            if (s.len == 0 || orbits.is_inside(s, first))
                return s;
        }
    }
};

AB_BODY void escape_at_body(Pixels left) noexcept
{
    const auto max_iter = static_cast<std::uint32_t>(left.view.max_iter);
    const std::int64_t blocks = (std::int64_t{max_iter} + steps - 1) / steps;
    Orbits orbits;
    Stretch stretches[lanes / width];
    int live = 0;

    for (int i = 0; i < lanes / width; ++i) {
        stretches[i] = left.begin(orbits, i * width);
        live += stretches[i].len > 0;
    }
    while (live > 0) {
        orbits.block();
        for (int i = 0; i < lanes / width; ++i) {
            Stretch &s = stretches[i];
            ++s.tests;
            if (s.len == 0 || (s.tests < blocks && orbits.is_inside(s, i * width)))
                continue;
            orbits.count(s, i * width, max_iter);
            s = left.begin(orbits, i * width);
            live -= s.len == 0;
        }
    }
}

AB_AT_LEVELS(void, escape_at, (const Pixels &left), (left))

} // namespace

void escape(std::int32_t level, const ab_view &view, std::uint64_t row, std::uint64_t col,
            std::uint64_t cols, rust::Slice<std::uint32_t> counts) noexcept
{
    const double pitch = std::max(view.extent_re / static_cast<double>(view.width),
                                  view.extent_im / static_cast<double>(view.height));
    std::uint32_t *const end = counts.data() + counts.size() / cols * cols;
    escape_at(level, Pixels{view, row, col, col, col + cols, counts.data(), end, pitch});
}

} // namespace abreast
