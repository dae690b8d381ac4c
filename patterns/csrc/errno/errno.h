/* Pattern: errno for another language. */
#ifndef AB_ERRNO_H
#define AB_ERRNO_H

/* errno of this thread is a macro, which only C can write to on every system. */
void ab_errno_set(int value);

/* Example: chemistry that reports by errno. */
#include <stddef.h>

/* Linear interpolation in a table of n points with x ascending, into *y. 0, or -1 with errno: EINVAL for
 * fewer than two points, EDOM for an x that is outside of the table or NaN; then *y is untouched. The
 * pointers are not null, except those to the table when n is 0. Any thread. */
int ab_table_at(size_t n, const double *xs, const double *ys, double x, double *y);

/* The rate a * exp(-e / (r t)) of a reaction, with r the gas constant. Every number may be a right answer,
 * infinity included: whether it failed is only in errno, EDOM for a temperature that is not above zero and
 * where the rate is NaN, ERANGE for a rate above all numbers; it is as before otherwise. Any thread. */
double ab_rate(double a, double e, double t);

/* Writes a line to the log. There is none: the write fails, and errno is EBADF, or whatever it was that
 * the log had trouble with. */
void ab_log(const char *line);

#endif
