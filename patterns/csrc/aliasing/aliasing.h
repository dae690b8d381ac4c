/* Pattern: a function that refuses arrays which overlap, and one that works in place. Here of sums of neighbours: y[0] = x[0],
 * y[i] = x[i] + x[i - 1]. */
#ifndef AB_ALIASING_H
#define AB_ALIASING_H

#include <stddef.h>
#include <stdint.h>

/*
 * From x[0..n] to y[0..n]. Returns 0, or -1, nothing written, when they have a byte in common: the loop
 * is compiled on the promise that they have none.
 */
int32_t ab_neighbours(size_t n, const double *x, double *y);

/* The same in place: x[0..n] becomes y. */
void ab_neighbours_inplace(size_t n, double *x);

#endif
