/* Example: a random generator with state that C owns. */
#ifndef AB_OWNED_HANDLE_H
#define AB_OWNED_HANDLE_H

#include <stddef.h>
#include <stdint.h>

typedef struct ab_rng ab_rng;

/* A generator at the start of its sequence, or null without memory. Give it back to ab_rng_free. */
ab_rng *ab_rng_new(uint64_t seed);

/* Ends a generator that ab_rng_new made, once. Null is fine. */
void ab_rng_free(ab_rng *rng);

/* Writes the next n numbers of the sequence, each in [0, 1), to out[0..n]; out may be null when n is 0.
   rng is not null. Each generator is for one thread at a time, whichever. */
void ab_rng_fill(ab_rng *rng, size_t n, double *out);

/* How many generators are alive, in all threads. */
int64_t ab_rng_live(void);

#endif
