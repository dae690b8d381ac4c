/* Example: two functions to mis-measure. */
#ifndef AB_MEASUREMENT_TRAPS_H
#define AB_MEASUREMENT_TRAPS_H

#include <stddef.h>
#include <stdint.h>

/* (x ^ y) + y modulo 2^64: two instructions, so that a call costs what calls cost. */
uint64_t ab_trap_step(uint64_t x, uint64_t y);

/* y[i] += a x[i], compiled as -O2 and as -O3 would. x and y have n elements and do not overlap. */
void ab_trap_axpy_o2(size_t n, double a, const double *x, double *y);
void ab_trap_axpy_o3(size_t n, double a, const double *x, double *y);

#endif
