/* Example: arrays whose allocator is nobody else's business. */
#ifndef AB_WHO_FREES_H
#define AB_WHO_FREES_H

#include <stddef.h>
#include <stdint.h>

/* The n Chebyshev nodes cos((i + 1/2) pi / n), in an array aligned for vectors of 64 bytes that the
 * caller owns: give it to ab_nodes_free, and to no other function. Null without memory, or when n
 * is 0. */
double *ab_nodes_new(size_t n);

/* Ends an array that ab_nodes_new made, once. Null is fine. */
void ab_nodes_free(double *nodes);

/* How many arrays are alive, in all threads. */
int64_t ab_nodes_live(void);

/* What ends an array of the caller's. */
typedef void ab_release(double *data, size_t n);

/* The sum of an array that is C's from now on: it calls release(data, n), once, before it returns. data may
 * be anything when n is 0; release is not null, and returns: it neither throws nor jumps. */
double ab_nodes_consume(double *data, size_t n, ab_release *release);

#endif
