/* Example: a function that fills an array of the caller's. */
#ifndef AB_OUTPUT_BUFFER_H
#define AB_OUTPUT_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#define AB_PRIMES_OK 0
#define AB_PRIMES_SHORT 1  /* there are more primes than the array has room for */
#define AB_PRIMES_MEMORY 2 /* no memory for the sieve */

/* Writes the primes below limit, in increasing order, to out[0..*written] and returns AB_PRIMES_OK.
 * Never writes beyond out[0..capacity]. On any other status the content of out and *written mean
 * nothing. out may be null when capacity is 0; written is not null. Any number of threads at a
 * time. */
int32_t ab_primes_below(uint32_t limit, uint32_t *out, size_t capacity, size_t *written);

#endif
