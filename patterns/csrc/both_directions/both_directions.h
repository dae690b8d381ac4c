/* Pattern: what Rust exports: a table of points, with straight lines between them. */
#ifndef AB_BOTH_DIRECTIONS_H
#define AB_BOTH_DIRECTIONS_H

#include <stddef.h>
#include <stdint.h>

/* What every function returns. On anything but AB_LINES_OK no out-parameter has been touched. */
#define AB_LINES_OK 0
#define AB_LINES_NULL (-1)    /* a pointer that may not be null is */
#define AB_LINES_SHORT (-2)   /* fewer than two points */
#define AB_LINES_ORDER (-3)   /* x is not strictly increasing, or not finite */
#define AB_LINES_OUTSIDE (-4) /* x lies outside the table, or is not a number */
#define AB_LINES_ARRAY (-5)   /* no array: misaligned, or n larger than memory */
#define AB_LINES_PANIC (-128) /* a bug in the library; it has been contained */

typedef struct ab_lines ab_lines;

/* Copies the points x[0..n], y[0..n] and sets *table to a handle that the caller owns: give it to
 * ab_lines_free. Any thread. */
int32_t ab_lines_new(size_t n, const double *x, const double *y, ab_lines **table);

/* Sets *y to the value at x. Any number of threads at a time. */
int32_t ab_lines_at(const ab_lines *table, double x, double *y);

/* Ends a handle, once, when no other call uses it, on any thread. Null is fine. Never pass it to free(). */
void ab_lines_free(ab_lines *table);

/* How many tables are alive. */
int64_t ab_lines_live(void);

#endif
