#include "kernels/pi/pi.h"

#define GOLDEN_GAMMA UINT64_C(0x9E3779B97F4A7C15)

/* SplitMix64's output from its state. */
AB_BODY uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* x*x + y*y < 2^64 says that the sum of the squares has no carry out: a sum of 64 bits with one is
 * smaller than either term. */
AB_BODY uint64_t hit(uint64_t z)
{
    uint64_t x = z >> 32, y = z & UINT32_MAX;
    return x * x + y * y >= x * x;
}

/* Points side by side: eight lanes are one register of AVX-512, two of AVX2. */
enum { LANES = 8 };

AB_BODY uint64_t ab_pi_body(uint64_t seed, uint64_t from, uint64_t to)
{
    uint64_t state[LANES], hits[LANES] = {0};
    for (uint64_t j = 0; j < LANES; j++)
        state[j] = seed + (from + j + 1) * GOLDEN_GAMMA;
    for (; to - from >= LANES; from += LANES)
        for (size_t j = 0; j < LANES; j++) {
            hits[j] += hit(mix(state[j]));
            state[j] += LANES * GOLDEN_GAMMA;
        }
    for (size_t j = 0; j < to - from; j++)
        hits[j] += hit(mix(state[j]));
    uint64_t all = 0;
    for (size_t j = 0; j < LANES; j++)
        all += hits[j];
    return all;
}

AB_AT_LEVELS(uint64_t, ab_pi, (uint64_t seed, uint64_t from, uint64_t to), (seed, from, to))
