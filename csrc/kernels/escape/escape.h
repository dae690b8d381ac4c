/* escape: how many updates z <- z^2 + c a pixel makes, up to and including the one after which
 * |z|^2 > 4, at most max_iter. */
#ifndef ABREAST_ESCAPE_H
#define ABREAST_ESCAPE_H

#include "abreast.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pixel (i, j), column i of width and row j of height, is the point
 *
 *     center + ((i - width / 2) + (j - height / 2) i) * pitch,
 *     pitch = max(extent_re / width, extent_im / height)
 *
 * with halves of integers. Mandelbrot (julia 0): z starts at 0 and c is the point. Julia (julia
 * not 0): z starts at the point and c is the same for all. */
typedef struct ab_view {
    double center_re;
    double center_im;
    double extent_re;
    double extent_im;
    double c_re;
    double c_im;
    uint64_t width;
    uint64_t height;
    uint64_t max_iter;
    uint64_t julia;
} ab_view;

/* Counts for the chunk's pixels, row after row. counts points to chunk->rows * chunk->cols
 * writable elements. max_iter is at least 1 and fits in 32 bits. Keeps no pointer and no state. */
void ab_escape(ab_level level, const ab_view *view, const ab_chunk *chunk, uint32_t *counts);

#ifdef __cplusplus
}
#endif

#endif
