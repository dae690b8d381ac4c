/* Example: a library, in place of yours. */
#include "owned_handle.h"

#include <stdatomic.h>
#include <stdlib.h>

/* SplitMix64: the state is a counter, the output a hash of it. */
struct ab_rng {
    uint64_t state;
};

static _Atomic int64_t live = 0;

ab_rng *ab_rng_new(uint64_t seed)
{
    ab_rng *rng = malloc(sizeof *rng);
    if (rng == NULL)
        return NULL;
    rng->state = seed;
    atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
    return rng;
}

void ab_rng_free(ab_rng *rng)
{
    if (rng == NULL)
        return;
    atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
    free(rng);
}

void ab_rng_fill(ab_rng *rng, size_t n, double *out)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t z = rng->state += 0x9E3779B97F4A7C15u;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        out[i] = (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
    }
}

int64_t ab_rng_live(void)
{
    return atomic_load_explicit(&live, memory_order_relaxed);
}
