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
/* Up to this size operands are read where they lie. */
constexpr std::int64_t small = 64;
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

/* The loops for one level. A micro-tile is MR x NR sums in registers. NR is above 16: gcc unrolls
 * shorter loops before its vectoriser sees them. v4: 8 x 3 registers of sums and 3 of B; others:
 * 2 x 5 and 5, all that 16 registers hold. */
template <class Real, ab_level level> struct Loops {
    static constexpr std::int64_t MR = level == AB_V4 ? 8 : 2;
    static constexpr std::int64_t NR = (level == AB_V4 ? 192 : 160) / sizeof(Real);

    [[gnu::always_inline]] static Real madd(Real a, Real b, Real c)
    {
        return AB_HAS_FMA(level) ? std::fma(a, b, c) : a * b + c;
    }

    /* The top left rows x cols of a micro-tile. Rows of A from a_rows on repeat its last one; all
     * NR columns of B are read, which lie side by side. */
    [[gnu::always_inline]] static void micro(const Product<Real> &p, std::int64_t a_rows,
                                             std::int64_t rows, std::int64_t cols)
    {
        Real acc[MR * NR] = {};
        for (std::int64_t l = 0; l < p.k; ++l) {
            const Real *b = &p.b(l, 0);
#pragma GCC unroll 8
            for (std::int64_t i = 0; i < MR; ++i) {
                const Real a = p.a(i < a_rows ? i : a_rows - 1, l);
                for (std::int64_t j = 0; j < NR; ++j)
                    acc[i * NR + j] = madd(a, b[j], acc[i * NR + j]);
            }
        }
        for (std::int64_t i = 0; i < rows; ++i)
            for (std::int64_t j = 0; j < cols; ++j) {
                Real &c = p.c[i * p.c_row + j];
                c = madd(p.alpha, acc[i * NR + j], p.beta == 0 ? 0 : p.beta * c);
            }
    }

    /* One block of k, both operands packed: a panel of A stays in the first-level cache while the
     * panels of B stream past it. */
    [[gnu::always_inline]] static void packed(const Product<Real> &p, Real *panels)
    {
        Real *a_panels = panels, *b_panels = panels + block_rows * p.k;
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
                            micro(tile, MR, MR, NR);
                        else
                            micro(tile, MR, std::min(rows - i, MR), std::min(cols - j, NR));
                    }
            }
        }
    }

    /* One block of k of a small product: A and B are read where they lie. */
    [[gnu::always_inline]] static void unpacked(const Product<Real> &p)
    {
        Real tail[small * NR];
        for (std::int64_t j = 0; j < p.n; j += NR) {
            const std::int64_t cols = std::min(p.n - j, NR);
            Product<Real> tile = p;
            tile.b = p.b.from(0, j);
            if (cols < NR) {
                pack<NR>(tile.b, p.k, cols, tail);
                tile.b = {tail, NR, 1};
            }
            for (std::int64_t i = 0; i < p.m; i += MR) {
                const std::int64_t rows = std::min(p.m - i, MR);
                tile.a = p.a.from(i, 0);
                tile.c = p.c + i * p.c_row + j;
                micro(tile, rows, rows, cols);
            }
        }
    }

    [[gnu::always_inline]] static void run(const Product<Real> &whole)
    {
        const bool is_small = std::max({whole.m, whole.n, whole.k}) <= small && whole.b.col == 1;
        const std::int64_t deepest = std::min(whole.k, kc<Real>);
        Panels<Real> panels;
        if (!is_small)
            panels = allocate<Real>((block_rows + block_cols) * deepest);
        for (std::int64_t l = 0; l < whole.k; l += kc<Real>) {
            Product<Real> block = whole;
            block.k = std::min(whole.k - l, kc<Real>);
            block.a = whole.a.from(0, l);
            block.b = whole.b.from(l, 0);
            block.beta = l == 0 ? whole.beta : 1;
            if (is_small)
                unpacked(block);
            else
                packed(block, panels.get());
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
