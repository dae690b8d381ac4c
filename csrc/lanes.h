/* Sums in a fixed number of lanes: element i goes to lane i mod L, and the lanes are folded by a
 * fixed tree. L depends on the element type, not on the CPU, so every level gives the same bits.
 * 512 bytes of lanes are 8 registers of AVX-512: enough independent additions to hide their
 * latency. src/simd.rs says the same in Rust. */
#ifndef ABREAST_LANES_H
#define ABREAST_LANES_H

#include "abreast.h"

#include <stddef.h>

#define AB_LANES_F64 64
#define AB_LANES_F32 128

/* AB_SUM_BODY(name, real, lanes, (parameters), (arguments), term) defines the body of a function that sums
 * `term`, an expression of the index k, over 0 .. n; n is the first parameter.
 *
 * Fewer terms than lanes have a function of their own, which does not touch the others: they are +0, and adding
 * that to a sum, which is never -0, changes nothing. AB_KEEP, because gcc 12 makes slower loops where it knows that
 * there is a whole row. */
#define AB_SUM_BODY(name, real, lanes, parameters, arguments, term)                                \
    AB_BODY real name##_few parameters                                                             \
    {                                                                                              \
        real acc[lanes];                                                                           \
        acc[0] = 0;                                                                                \
        for (size_t k = 0; k < n; k++)                                                             \
            acc[k] = 0 + (term);                                                                   \
        for (size_t width = (lanes) / 2; width > 0; width /= 2) {                                  \
            for (size_t j = 0; j + width < n; j++)                                                 \
                acc[j] += acc[j + width];                                                          \
            n = n < width ? n : width;                                                             \
        }                                                                                          \
        return acc[0];                                                                             \
    }                                                                                              \
    AB_BODY real name##_body parameters                                                            \
    {                                                                                              \
        if (n < (lanes))                                                                           \
            return name##_few arguments;                                                           \
        AB_KEEP(n);                                                                                \
        real acc[lanes] = {0};                                                                     \
        size_t i = 0;                                                                              \
        for (; n - i >= (lanes); i += (lanes))                                                     \
            for (size_t j = 0, k = i; j < (lanes); j++, k++)                                       \
                acc[j] += (term);                                                                  \
        for (size_t j = 0, k = i; k < n; j++, k++)                                                 \
            acc[j] += (term);                                                                      \
        for (size_t width = (lanes) / 2; width > 0; width /= 2)                                    \
            for (size_t j = 0; j < width; j++)                                                     \
                acc[j] += acc[j + width];                                                          \
        return acc[0];                                                                             \
    }

#endif
