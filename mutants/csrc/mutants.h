/* What C can do wrong and safe Rust cannot. Each function writes out[i] = x[i] * x[i]; all but the
 * first have one defect besides. */
#ifndef MUTANTS_H
#define MUTANTS_H

#include <stddef.h>

/* The longest chunk there is. */
#define MUTANTS_CHUNK 4096

/* No defect. */
void mutant_square(size_t n, const double *x, double *out);

/* Also writes the item after its slice. */
void mutant_writes_after(size_t n, const double *x, double *out);

/* Also writes the item before its slice. */
void mutant_writes_before(size_t n, const double *x, double *out);

/* Also squares its input in place. */
void mutant_changes_input(size_t n, const double *x, double *out);

/* Goes through a work array that all calls share. n is at most MUTANTS_CHUNK. */
void mutant_hidden_static(size_t n, const double *x, double *out);

/* Returns with subnormal numbers flushed to zero. */
void mutant_leaves_ftz(size_t n, const double *x, double *out);

/* Returns with sums rounded upwards. */
void mutant_leaves_rounding(size_t n, const double *x, double *out);

/* Goes through one number that all calls share. */
void mutant_static_double(size_t n, const double *x, double *out);

/* Returns with x87 computing in double precision; elsewhere with sums rounded upwards. */
void mutant_leaves_x87(size_t n, const double *x, double *out);

/* Returns with a signal blocked. */
void mutant_blocks_signal(size_t n, const double *x, double *out);

#endif
