/* What Rust exports: a table of points, with straight lines between them. */
#ifndef AB_BOTH_DIRECTIONS_H
#define AB_BOTH_DIRECTIONS_H

#include <stddef.h>
#include <stdint.h>

/* What every function returns. On anything but AB_TABLE_OK no out-parameter has been touched. */
#define AB_TABLE_OK 0
#define AB_TABLE_NULL (-1)    /* a pointer that may not be null is */
#define AB_TABLE_SHORT (-2)   /* fewer than two points */
#define AB_TABLE_ORDER (-3)   /* x is not strictly increasing, or not finite */
#define AB_TABLE_OUTSIDE (-4) /* x lies outside the table, or is not a number */
#define AB_TABLE_PANIC (-128) /* a bug in the library; it has been contained */

typedef struct ab_table ab_table;

/* Copies n points and sets *table to a handle that the caller owns: give it to ab_table_free. */
int32_t ab_table_new(size_t n, const double *x, const double *y, ab_table **table);

/* Sets *y to the value at x. Any number of threads at a time. */
int32_t ab_table_at(const ab_table *table, double x, double *y);

/* Ends a handle, once, when no other call uses it. Null is fine. Never pass it to free(). */
void ab_table_free(ab_table *table);

/* How many tables are alive. */
int64_t ab_table_live(void);

#endif
