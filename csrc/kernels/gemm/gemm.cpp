#include "kernels/gemm/gemm.hpp"

#include "abreast.h"
#include "abreast/src/kernels/gemm/cpp.rs.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>

namespace abreast {
namespace {

/* Blocks of A and B: each about half of a second-level cache, a multiple of every MR and NR. */
constexpr std::int64_t block_rows = 256;
constexpr std::int64_t block_cols = 240;
/* Up to so many rows of C, B is read where it lies: copying it would not pay. */
constexpr std::int64_t small = 64;
/* Up to so many terms, most of the time goes into C, which is walked row after row where A and B
 * are packed. */
constexpr std::int64_t shallow = 16;
/* Terms per block of k. */
template <class Real> constexpr std::int64_t kc = 2048 / sizeof(Real);

/* A matrix by its element (0, 0) and its strides. */
template <class Real> struct View {
    const Real *at;
    std::int64_t row;
    std::int64_t col;

    [[gnu::always_inline]] View from(std::int64_t i, std::int64_t j) const
    {
        return {at + i * row + j * col, row, col};
    }
    [[gnu::always_inline]] View transposed() const { return {at, col, row}; }
    [[gnu::always_inline]] const Real &operator()(std::int64_t i, std::int64_t j) const
    {
        return at[i * row + j * col];
    }
};

/* One product of m x k and k x n; C is packed, or a tile of a packed one. */
template <class Real> struct Product {
    std::int64_t m, n, k;
    Real alpha;
    View<Real> a, b;
    Real beta;
    Real *c;
    std::int64_t c_row;
};

/* Memory that begins at a cache line. */
template <class Real> struct Free {
    void operator()(Real *p) const noexcept { ::operator delete(p, std::align_val_t{64}); }
};
template <class Real> using Panels = std::unique_ptr<Real[], Free<Real>>;

template <class Real> Panels<Real> allocate(std::int64_t n)
{
    void *p = ::operator new(static_cast<std::size_t>(n) * sizeof(Real), std::align_val_t{64});
    return Panels<Real>(static_cast<Real *>(p));
}

/* Packs rows x cols elements into panels of `width` columns, row after row, the last one filled
 * with zeros. */
template <std::int64_t width, class Real>
AB_BODY void pack(View<Real> x, std::int64_t rows, std::int64_t cols, Real *to)
{
    for (std::int64_t j = 0; j < cols; j += width, to += rows * width) {
        const View<Real> from = x.from(0, j);
        const std::int64_t w = std::min(cols - j, width);
        if (w < width)
            std::fill_n(to, rows * width, Real(0));
        if (x.col == 1 && w == width) {
            for (std::int64_t i = 0; i < rows; ++i)
                for (std::int64_t q = 0; q < width; ++q)
                    to[i * width + q] = from.at[i * from.row + q];
        } else {
            for (std::int64_t q = 0; q < w; ++q)
                for (std::int64_t i = 0; i < rows; ++i)
                    to[i * width + q] = from(i, q);
        }
    }
}

/* acc[j] += a * b[j] for j < n. Loops of up to 16 iterations are unrolled by g++ before it looks
 * for vectors, unless it is told not to; longer ones must be unrolled afterwards, or the sums are
 * kept in memory. */
template <std::int64_t n, class Real, class Madd>
AB_BODY void add(Real *acc, Real a, const Real *b, Madd madd)
{
    if constexpr (n > 16) {
        for (std::int64_t j = 0; j < n; ++j)
            acc[j] = madd(a, b[j], acc[j]);
    } else {
#pragma GCC unroll 1
        for (std::int64_t j = 0; j < n; ++j)
            acc[j] = madd(a, b[j], acc[j]);
    }
}

/* The loops for one level. A micro-tile is sums in registers, at most MR rows by `most` vectors of
 * V elements. v4: 8 x 3 registers of sums and 3 of B; others: 2 x 5 and 5, all that 16 registers
 * hold. */
template <class Real, ab_level level> struct Loops {
    static constexpr std::int64_t MR = level == AB_V4 ? 8 : 2;
    static constexpr std::int64_t V = (level == AB_V4 ? 64 : 32) / sizeof(Real);
    static constexpr std::int64_t most = level == AB_V4 ? 3 : 5;
    static constexpr std::int64_t NR = most * V;

    [[gnu::always_inline]] static Real madd(Real a, Real b, Real c)
    {
        return AB_HAS_FMA(level) ? std::fma(a, b, c) : a * b + c;
    }

    /* The first rows of a micro-tile, and its columns from skip to cols. All columns of B are read,
     * which lie side by side. */
    template <std::int64_t Rows, std::int64_t Cols>
    [[gnu::always_inline]] static void micro(const Product<Real> &p, std::int64_t rows,
                                             std::int64_t skip, std::int64_t cols)
    {
        Real acc[Rows * Cols] = {};
        for (std::int64_t l = 0; l < p.k; ++l) {
#pragma GCC unroll 8
            for (std::int64_t i = 0; i < Rows; ++i)
                add<Cols>(acc + i * Cols, p.a(i, l), &p.b(l, 0), madd);
        }
        for (std::int64_t i = 0; i < rows; ++i)
            for (std::int64_t j = skip; j < cols; ++j) {
                Real &c = p.c[i * p.c_row + j];
                c = madd(p.alpha, acc[i * Cols + j], p.beta == 0 ? 0 : p.beta * c);
            }
    }

    /* One block of k, both operands packed: a panel of A stays in the first-level cache while the
     * panels of B stream past it. */
    [[gnu::always_inline]] static void packed(const Product<Real> &p, Real *a_panels,
                                              Real *b_panels)
    {
        for (std::int64_t ib = 0; ib < p.m; ib += block_rows) {
            const std::int64_t rows = std::min(p.m - ib, block_rows);
            pack<MR>(p.a.from(ib, 0).transposed(), p.k, rows, a_panels);
            for (std::int64_t jb = 0; jb < p.n; jb += block_cols) {
                const std::int64_t cols = std::min(p.n - jb, block_cols);
                pack<NR>(p.b.from(0, jb), p.k, cols, b_panels);
                for (std::int64_t i = 0; i < rows; i += MR)
                    for (std::int64_t j = 0; j < cols; j += NR) {
                        Product<Real> tile = p;
                        tile.a = {a_panels + i * p.k, 1, MR};
                        tile.b = {b_panels + j * p.k, NR, 1};
                        tile.c += (ib + i) * p.c_row + jb + j;
                        if (rows - i >= MR && cols - j >= NR)
                            micro<MR, NR>(tile, MR, 0, NR);
                        else
                            micro<MR, NR>(tile, std::min(rows - i, MR), 0, std::min(cols - j, NR));
                    }
            }
        }
    }

    /* Tiles of Rows rows from row i on, as many as there are. */
    template <std::int64_t Rows, std::int64_t Cols>
    [[gnu::always_inline]] static void down(const Product<Real> &p, std::int64_t skip,
                                            std::int64_t &i)
    {
        if constexpr (Rows <= MR) {
            for (; p.m - i >= Rows; i += Rows) {
                Product<Real> tile = p;
                tile.a = p.a.from(i, 0);
                tile.c += i * p.c_row;
                micro<Rows, Cols>(tile, Rows, skip, Cols);
            }
        }
    }

    /* Cols columns of C, from column j of B on, of which the first few have been summed. B is
     * copied if there is a panel. */
    template <std::int64_t Cols>
    [[gnu::always_inline]] static void strip(const Product<Real> &p, Real *panel, std::int64_t j,
                                             std::int64_t skip)
    {
        Product<Real> part = p;
        part.b = p.b.from(0, j);
        part.c += j;
        if (panel != nullptr) {
            pack<Cols>(part.b, p.k, Cols, panel);
            part.b = {panel, Cols, 1};
        }
        std::int64_t i = 0;
        down<8, Cols>(part, skip, i);
        down<4, Cols>(part, skip, i);
        down<2, Cols>(part, skip, i);
        down<1, Cols>(part, skip, i);
    }

    /* One block of k with A read where it lies. What is left of a row of B after whole vectors is
     * the end of one more, which is moved to the left. */
    template <std::int64_t Width, std::int64_t Most>
    [[gnu::always_inline]] static void direct(const Product<Real> &p, Real *panel)
    {
        std::int64_t j = 0;
        if constexpr (Most > 1) {
            for (; p.n - j >= Most * Width; j += Most * Width)
                strip<Most * Width>(p, panel, j, 0);
            /* Not 16 columns at v4: g++ 12 makes shuffles of them. */
            if constexpr (level != AB_V4 || 2 * Width != 16)
                for (; p.n - j >= 2 * Width; j += 2 * Width)
                    strip<2 * Width>(p, panel, j, 0);
        }
        while (j < p.n) {
            const std::int64_t from = std::min(j, p.n - Width);
            strip<Width>(p, panel, from, j - from);
            j = from + Width;
        }
    }

    /* The rows or columns that panels have room for. */
    static constexpr std::int64_t room(std::int64_t n, std::int64_t block, std::int64_t panel)
    {
        return std::min(block, (n + panel - 1) / panel * panel);
    }

    [[gnu::always_inline]] static void run(const Product<Real> &whole)
    {
        const bool is_few = whole.m <= small;
        const bool is_direct = (whole.a.col == 1 || (is_few && whole.k <= small)) &&
                               whole.b.col == 1 && whole.n >= V / 4 &&
                               (is_few || whole.k > shallow);
        const std::int64_t rows = is_direct ? 0 : room(whole.m, block_rows, MR);
        const std::int64_t cols = is_direct ? (is_few ? 0 : NR) : room(whole.n, block_cols, NR);
        Panels<Real> panels;
        if (rows + cols > 0)
            panels = allocate<Real>((rows + cols) * kc<Real>);
        for (std::int64_t l = 0; l < whole.k; l += kc<Real>) {
            Product<Real> block = whole;
            block.k = std::min(whole.k - l, kc<Real>);
            block.a = whole.a.from(0, l);
            block.b = whole.b.from(l, 0);
            block.beta = l == 0 ? whole.beta : 1;
            if (!is_direct)
                packed(block, panels.get(), panels.get() + rows * kc<Real>);
            else if (whole.n >= V)
                direct<V, most>(block, panels.get());
            else if (whole.n >= V / 2)
                direct<V / 2, 1>(block, panels.get());
            else
                direct<V / 4, 1>(block, panels.get());
        }
    }
};

template <class Real> AB_BODY void gemm_body(const Product<Real> &p, ab_level level)
{
    if (p.alpha == 0 || p.k == 0)
        std::for_each(p.c, p.c + p.m * p.n, [&](Real &c) { c = p.beta == 0 ? 0 : p.beta * c; });
    else if (level == AB_V4)
        Loops<Real, AB_V4>::run(p);
    else if (level == AB_V3)
        Loops<Real, AB_V3>::run(p);
    else
        Loops<Real, AB_LOWEST>::run(p);
}

#define dgemm_at_body gemm_body<double>
#define sgemm_at_body gemm_body<float>

AB_AT_LEVELS_TOLD(void, dgemm_at, (const Product<double> &p), (p))
AB_AT_LEVELS_TOLD(void, sgemm_at, (const Product<float> &p), (p))

template <class Real>
Product<Real> product(const GemmShape &s, Real alpha, rust::Slice<const Real> a,
                      rust::Slice<const Real> b, Real beta, rust::Slice<Real> c)
{
    const View<Real> a_view{a.data() + s.a_offset, s.a_row, s.a_col};
    const View<Real> b_view{b.data() + s.b_offset, s.b_row, s.b_col};
    return {s.m, s.n, s.k, alpha, a_view, b_view, beta, c.data(), s.n};
}

} // namespace

void dgemm(std::int32_t level, const GemmShape &shape, double alpha, rust::Slice<const double> a,
           rust::Slice<const double> b, double beta, rust::Slice<double> c)
{
    dgemm_at(level, product(shape, alpha, a, b, beta, c));
}

void sgemm(std::int32_t level, const GemmShape &shape, float alpha, rust::Slice<const float> a,
           rust::Slice<const float> b, float beta, rust::Slice<float> c)
{
    sgemm_at(level, product(shape, alpha, a, b, beta, c));
}

} // namespace abreast
