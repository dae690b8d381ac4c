/* Example: a factorised system, and a log of residuals: two things that C alone looks into. */
#ifndef AB_OPAQUE_HANDLE_H
#define AB_OPAQUE_HANDLE_H

#include <stddef.h>

typedef struct ab_factor ab_factor;
typedef struct ab_residuals ab_residuals;

/* No pointer below may be null unless it says so. */

/* The factorised second difference (2 on the diagonal, -1 beside it) with n unknowns; null when n is 0
   or memory is short. Give it back to ab_factor_free. */
ab_factor *ab_factor_new(size_t n);
/* Ends it, once. Null is fine. */
void ab_factor_free(ab_factor *factor);
/* How many unknowns it has. Never changes, so any thread at any time. */
size_t ab_factor_order(const ab_factor *factor);
/* Overwrites x[0..n], the right-hand side, with the solution, and writes the largest residual down in
   log unless that is null. Any number of threads may share factor, each with an x and a log of its
   own. */
void ab_factor_solve(const ab_factor *factor, double *x, ab_residuals *log);

/* An empty log, or null without memory. Give it back to ab_residuals_free. One thread at a time. */
ab_residuals *ab_residuals_new(void);
/* Ends it, once. Null is fine. */
void ab_residuals_free(ab_residuals *log);
/* Writes down a residual of your own; one that is no number counts as infinite. */
void ab_residuals_note(ab_residuals *log, double residual);
/* How many were written down, and the largest residual of them (0 when there are none). */
size_t ab_residuals_count(const ab_residuals *log);
double ab_residuals_worst(const ab_residuals *log);

#endif
