#include "kernels/escape/escape.h"

typedef struct point {
    double re, im;
} point;

/* The updates of one orbit, the plain way. */
AB_BODY uint32_t updates(point z, point c, uint32_t max_iter)
{
    double re2 = z.re * z.re, im2 = z.im * z.im;
    uint32_t n = 0;
    do {
        z.im = (z.re + z.re) * z.im + c.im;
        z.re = re2 - im2 + c.re;
        re2 = z.re * z.re;
        im2 = z.im * z.im;
        n++;
    } while (n < max_iter && re2 + im2 <= 4.0);
    return n;
}

/* Orbits side by side, so that the compiler can use vectors: the innermost loop is unrolled, the
 * loop over lanes around it has no branch. An orbit that has left stays marked as left and stops
 * counting; its further points do not matter. All go on until the last has left. */
#define LANES 32
#define STEPS 8

typedef struct orbits {
    double re[LANES], im[LANES], c_re[LANES], c_im[LANES];
} orbits;

AB_BODY void updates_in_lanes(orbits *z, uint32_t max_iter, uint32_t count, uint32_t *counts)
{
    int64_t n[LANES], going[LANES], any = 1;
    for (uint32_t k = 0; k < LANES; k++) {
        n[k] = 1;
        going[k] = k < count;
    }
    for (uint64_t made = 0; any && made < max_iter; made += STEPS) {
        any = 0;
        for (int k = 0; k < LANES; k++) {
            double re = z->re[k], im = z->im[k];
            const double c_re = z->c_re[k], c_im = z->c_im[k];
            int64_t go = going[k], m = n[k];
#pragma GCC unroll 8
            for (int step = 0; step < STEPS; step++) {
                const double re2 = re * re, im2 = im * im;
                im = (re + re) * im + c_im;
                re = re2 - im2 + c_re;
                go = re * re + im * im <= 4.0 ? go : 0;
                m += go;
            }
            z->re[k] = re;
            z->im[k] = im;
            going[k] = go;
            n[k] = m;
            any |= go;
        }
    }
    for (uint32_t k = 0; k < count; k++)
        counts[k] = n[k] < (int64_t)max_iter ? (uint32_t)n[k] : max_iter;
}

/* Where the pixels are. */
typedef struct grid {
    point center;
    double pitch;
    int64_t half_width, half_height;
} grid;

AB_BODY point point_of(const grid *g, uint64_t col, uint64_t row)
{
    return (point){g->center.re + (double)((int64_t)col - g->half_width) * g->pitch,
                   g->center.im + (double)((int64_t)row - g->half_height) * g->pitch};
}

/* The level is a constant here. Where a fused multiply-add exists, so do vectors wide enough to be
 * worth the lanes; nothing is fused. */
AB_BODY void ab_escape_body(const ab_view *view, const ab_chunk *chunk, uint32_t *counts,
                            ab_level level)
{
    const int in_lanes = AB_HAS_FMA(level);
    const double across = view->extent_re / (double)view->width;
    const double down = view->extent_im / (double)view->height;
    const grid g = {{view->center_re, view->center_im},
                    across > down ? across : down,
                    (int64_t)(view->width / 2),
                    (int64_t)(view->height / 2)};
    const uint32_t max_iter = (uint32_t)view->max_iter;
    const uint64_t end = chunk->col + chunk->cols;
    const point zero = {0, 0}, constant = {view->c_re, view->c_im};
    orbits lanes = {{0}, {0}, {0}, {0}};
    uint32_t filled = 0;

    for (uint64_t row = chunk->row; row < chunk->row + chunk->rows; row++) {
        for (uint64_t col = chunk->col; col < end; col++) {
            const point pixel = point_of(&g, col, row);
            const point z = view->julia ? pixel : zero, c = view->julia ? constant : pixel;
            if (!in_lanes) {
                *counts++ = updates(z, c, max_iter);
                continue;
            }
            lanes.re[filled] = z.re;
            lanes.im[filled] = z.im;
            lanes.c_re[filled] = c.re;
            lanes.c_im[filled] = c.im;
            if (++filled == LANES) {
                updates_in_lanes(&lanes, max_iter, filled, counts);
                counts += filled;
                filled = 0;
            }
        }
    }
    if (filled > 0)
        updates_in_lanes(&lanes, max_iter, filled, counts);
}

AB_AT_LEVELS_TOLD(void, ab_escape,
                  (const ab_view *view, const ab_chunk *chunk, uint32_t *counts),
                  (view, chunk, counts))
