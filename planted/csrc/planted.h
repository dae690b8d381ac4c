/* What C can do wrong and safe Rust cannot. Each function writes out[i] = x[i] * x[i]; all but the
 * first have one defect besides. */
#ifndef PLANTED_H
#define PLANTED_H

#include <stddef.h>

/* The longest chunk there is. */
#define PLANTED_CHUNK 4096

/* No defect. */
void planted_square(size_t n, const double *x, double *out);

/* Also writes the item after its slice. */
void planted_writes_after(size_t n, const double *x, double *out);

/* Also writes the item before its slice. */
void planted_writes_before(size_t n, const double *x, double *out);

/* Also squares its input in place. */
void planted_changes_input(size_t n, const double *x, double *out);

/* Goes through a work array that all calls share. n is at most PLANTED_CHUNK. */
void planted_hidden_static(size_t n, const double *x, double *out);

/* Returns with subnormal numbers flushed to zero. */
void planted_leaves_ftz(size_t n, const double *x, double *out);

/* Returns with sums rounded upwards. */
void planted_leaves_rounding(size_t n, const double *x, double *out);

#endif
