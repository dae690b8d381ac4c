/* Example: a filter that keeps a pointer to its caller's numbers. */
#ifndef AB_RETAINED_POINTER_H
#define AB_RETAINED_POINTER_H

#include <stddef.h>

typedef struct ab_fir ab_fir;

/* No pointer below may be null unless it says so. One thread at a time for each filter, except that any
 * number of them may run it at once. */

/* A filter without taps, or null without memory. Give it to ab_fir_free. */
ab_fir *ab_fir_new(void);

/* Ends a filter; it does not touch the taps. Null is fine. */
void ab_fir_free(ab_fir *fir);

/* Makes the filter use taps[0..n] from now on. It keeps the pointer and copies nothing: the numbers
 * must stay where they are, unchanged, until other taps are set or the filter is ended. Null with
 * n = 0 takes them away; with n = 0 the pointer is not looked at. */
void ab_fir_set_taps(ab_fir *fir, const double *taps, size_t n);

/* y[i] = sum over k <= i of taps[k] x[i - k], for i < n. Reads the taps that were set; without taps
 * all y are 0. x and y do not overlap, and may be null when n is 0. */
void ab_fir_run(const ab_fir *fir, size_t n, const double *x, double *y);

#endif
