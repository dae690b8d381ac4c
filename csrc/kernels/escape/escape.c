#include "kernels/escape/escape.h"

/* Orbits side by side in lanes, so that the compiler can use vectors: no loop over lanes has a
 * branch. Up to WIDTH neighbours of a row, a stretch, begin together, and the next pixels take
 * their lanes when the last of them has left the disc of radius 2.
 *
 * All lanes make STEPS updates, a block, between two tests. An orbit that has left is not back at
 * the next test if |c|^2 <= SAFE; src/kernels/escape/simd.rs says why. The block that an orbit did
 * not end inside is made once more, with a test after every update, which gives the exact count.
 * Pixels that are not safe have no lane.
 *
 * LANES are four vectors of AVX-512: enough to hide the latency of an update, few enough for the
 * registers. */
#define LANES 32
#define WIDTH 8
#define STEPS 8
#define SAFE 3.9999

typedef struct points {
    double re[LANES], im[LANES];
} points;

typedef struct orbits {
    points z, c;
    points in;             /* where each was at the last test that it passed, or began */
    int64_t passed[LANES]; /* how many it passed; far below 0: not to be counted */
} orbits;

typedef struct stretch {
    uint32_t *counts;
    int len;
    int64_t tests;
} stretch;

/* The pixels of a chunk that have not begun. */
typedef struct pixels {
    const ab_view *view;
    double pitch;
    uint64_t row, col;
    uint32_t *counts;
    uint64_t end_row, cols[2];
} pixels;

/* The updates of one orbit, the plain way. */
AB_BODY uint32_t updates(double re, double im, double c_re, double c_im, uint32_t max_iter)
{
    double re2 = re * re, im2 = im * im;
    uint32_t n = 0;
    do {
        im = (re + re) * im + c_im;
        re = re2 - im2 + c_re;
        re2 = re * re;
        im2 = im * im;
        n++;
    } while (n < max_iter && re2 + im2 <= 4.0);
    return n;
}

/* One update of each of the first orbits. "unroll 1": gcc would turn a short loop into scalar code
 * before it looks for vectors. */
AB_BODY void update(points *z, const points *c, const int lanes)
{
#pragma GCC unroll 1
    for (int k = 0; k < lanes; k++) {
        const double re2 = z->re[k] * z->re[k], im2 = z->im[k] * z->im[k];
        z->im[k] = (z->re[k] + z->re[k]) * z->im[k] + c->im[k];
        z->re[k] = re2 - im2 + c->re[k];
    }
}

AB_BODY int is_inside(const points *z, int k)
{
    return z->re[k] * z->re[k] + z->im[k] * z->im[k] <= 4.0;
}

/* STEPS updates of all orbits, and a test. */
AB_BODY void block(orbits *o)
{
    for (int step = 0; step < STEPS; step++)
        update(&o->z, &o->c, LANES);
    for (int k = 0; k < LANES; k++) {
        const int in = is_inside(&o->z, k);
        o->in.re[k] = in ? o->z.re[k] : o->in.re[k];
        o->in.im[k] = in ? o->z.im[k] : o->in.im[k];
        o->passed[k] += in ? 1 : 0;
    }
}

/* Whether an orbit of the stretch in the lanes from `first` on has passed all tests. */
AB_BODY int are_inside(const orbits *o, const stretch *s, int first)
{
    int64_t any = 0;
#pragma GCC unroll 1
    for (int k = first; k < first + WIDTH; k++)
        any |= o->passed[k] == s->tests;
    return any != 0;
}

/* The counts of the stretch in the lanes from `first` on, none of whose orbits is inside. */
AB_BODY void count(const orbits *o, const stretch *s, int first, uint32_t max_iter)
{
    points z, c;
    int64_t n[WIDTH];
#pragma GCC unroll 1
    for (int k = 0; k < WIDTH; k++) {
        z.re[k] = o->in.re[first + k];
        z.im[k] = o->in.im[first + k];
        c.re[k] = o->c.re[first + k];
        c.im[k] = o->c.im[first + k];
        n[k] = o->passed[first + k] * STEPS + 1;
    }
    for (int step = 0; step < STEPS; step++) {
        update(&z, &c, WIDTH);
#pragma GCC unroll 1
        for (int k = 0; k < WIDTH; k++)
            n[k] += is_inside(&z, k) ? 1 : 0;
    }
    for (int k = 0; k < s->len; k++)
        if (n[k] > 0)
            s->counts[k] = n[k] < (int64_t)max_iter ? (uint32_t)n[k] : max_iter;
}

AB_BODY double position(double center, uint64_t index, uint64_t size, double pitch)
{
    return center + (double)((int64_t)index - (int64_t)(size / 2)) * pitch;
}

/* Takes the next pixels of one row, if there are any left, and puts their orbits into the lanes
 * from `first` on. */
AB_BODY stretch take(pixels *p, orbits *o, int first)
{
    const ab_view *v = p->view;
    const uint64_t left = p->row == p->end_row ? 0 : p->cols[1] - p->col;
    const stretch s = {p->counts, left < WIDTH ? (int)left : WIDTH, 0};
    const double im = position(v->center_im, p->row, v->height, p->pitch);
#pragma GCC unroll 1
    for (int k = 0; k < WIDTH; k++) {
        const double re = position(v->center_re, p->col + (uint64_t)k, v->width, p->pitch);
        const double c_re = v->julia ? v->c_re : re, c_im = v->julia ? v->c_im : im;
        const int safe = (c_re * c_re + c_im * c_im <= SAFE) & (k < s.len);
        o->z.re[first + k] = o->in.re[first + k] = v->julia ? re : 0;
        o->z.im[first + k] = o->in.im[first + k] = v->julia ? im : 0;
        o->c.re[first + k] = c_re;
        o->c.im[first + k] = c_im;
        o->passed[first + k] = safe ? 0 : INT64_MIN / (2 * STEPS);
    }
    p->counts += s.len;
    p->col += (uint64_t)s.len;
    if (p->col == p->cols[1]) {
        p->col = p->cols[0];
        p->row++;
    }
    return s;
}

/* Begins the next stretch that has a safe pixel, if there is one; counts the others at once. */
AB_BODY stretch begin(pixels *p, orbits *o, int first)
{
    for (;;) {
        const stretch s = take(p, o, first);
        for (int k = 0; k < s.len; k++)
            if (o->passed[first + k] < 0)
                s.counts[k] = updates(o->z.re[first + k], o->z.im[first + k], o->c.re[first + k],
                                      o->c.im[first + k], (uint32_t)p->view->max_iter);
        if (s.len == 0 || are_inside(o, &s, first))
            return s;
    }
}

AB_BODY void ab_escape_body(const ab_view *view, const ab_chunk *chunk, uint32_t *counts)
{
    const double across = view->extent_re / (double)view->width;
    const double down = view->extent_im / (double)view->height;
    const int64_t blocks = ((int64_t)view->max_iter + STEPS - 1) / STEPS;
    pixels left = {
        .view = view,
        .pitch = across > down ? across : down,
        .row = chunk->row,
        .col = chunk->col,
        .counts = counts,
        .end_row = chunk->row + chunk->rows,
        .cols = {chunk->col, chunk->col + chunk->cols},
    };
    orbits o;
    stretch stretches[LANES / WIDTH];
    int live = 0;

    for (int i = 0; i < LANES / WIDTH; i++) {
        stretches[i] = begin(&left, &o, i * WIDTH);
        live += stretches[i].len > 0;
    }
    while (live > 0) {
        block(&o);
        for (int i = 0; i < LANES / WIDTH; i++) {
            stretch *s = &stretches[i];
            s->tests++;
            if (s->len == 0 || (s->tests < blocks && are_inside(&o, s, i * WIDTH)))
                continue;
            count(&o, s, i * WIDTH, (uint32_t)view->max_iter);
            *s = begin(&left, &o, i * WIDTH);
            live -= s->len == 0;
        }
    }
}

AB_AT_LEVELS(void, ab_escape, (const ab_view *view, const ab_chunk *chunk, uint32_t *counts),
             (view, chunk, counts))
