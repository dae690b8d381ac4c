/* Counterexample: doubles of ab_primes_below that do not keep its promises. */
#include "output_buffer.h"

/* Fails half way: some numbers are there, `written` is said to be all of them. */
int32_t ab_primes_fails(uint32_t limit, uint32_t *out, size_t capacity, size_t *written)
{
    (void)limit;
    for (size_t i = 0; i < capacity / 2; i++)
        out[i] = 2;
    *written = capacity;
    return AB_PRIMES_MEMORY;
}

/* Succeeds, and claims to have written one more than there is room for. */
int32_t ab_primes_exceeds(uint32_t limit, uint32_t *out, size_t capacity, size_t *written)
{
    (void)limit;
    (void)out;
    *written = capacity + 1;
    return AB_PRIMES_OK;
}

/* Returns a status that the header does not have. */
int32_t ab_primes_mumbles(uint32_t limit, uint32_t *out, size_t capacity, size_t *written)
{
    (void)limit;
    (void)out;
    (void)capacity;
    *written = 0;
    return -7;
}
