/* Sums in a fixed number of lanes: element i goes to lane i mod L, and the lanes are folded by a
 * fixed tree. L depends on the element type, not on the CPU, so every level gives the same bits.
 * 512 bytes of lanes are 8 registers of AVX-512: enough independent additions to hide their
 * latency. src/simd.rs says the same in Rust. */
#ifndef ABREAST_LANES_H
#define ABREAST_LANES_H

#include <stddef.h>

#define AB_LANES_F64 64
#define AB_LANES_F32 128

/* Folds acc[0 .. lanes) into acc[0], halving each time: lane j takes lane j + width. */
#define AB_FOLD_LANES(acc, lanes)                                                                  \
    for (size_t ab_width = (lanes) / 2; ab_width > 0; ab_width /= 2)                               \
        for (size_t ab_j = 0; ab_j < ab_width; ab_j++)                                             \
            (acc)[ab_j] += (acc)[ab_j + ab_width]

#endif
