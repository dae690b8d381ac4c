/* Example: a table of samples, and cursors that interpolate in it and remember where they were. */
#ifndef AB_BORROWING_CHILD_H
#define AB_BORROWING_CHILD_H

#include <stddef.h>

typedef struct ab_table ab_table;
typedef struct ab_cursor ab_cursor;

/* No pointer below may be null unless it says so. */

/* A table with a copy of y[0..n], the samples at 0, 1, .. n - 1; null when n < 2 or without memory. Give it
   back to ab_table_free, after all of its cursors. */
ab_table *ab_table_new(size_t n, const double *y);
/* Ends it, once, when no cursor of it is left. Null is fine. */
void ab_table_free(ab_table *table);
/* Adds d to all samples. Not while another thread uses the table or a cursor of it. */
void ab_table_shift(ab_table *table, double d);

/* A cursor at the start of the table, or null without memory. It keeps the pointer to the table: end it,
   with ab_cursor_free, before the table. */
ab_cursor *ab_cursor_new(const ab_table *table);
/* Ends it, once. Null is fine. */
void ab_cursor_free(ab_cursor *cursor);
/* The straight line between the samples around x; the ends go on as constants, and NaN gives NaN. One
   thread at a time for each cursor; cursors of one table do not disturb each other. */
double ab_cursor_at(ab_cursor *cursor, double x);

#endif
