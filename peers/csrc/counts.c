/* Loops over integers, and the escape-time loop, whose counts must be exact: compiled without contraction. */
#include <stddef.h>
#include <stdint.h>

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(name) JOIN(peers_##name, SUFFIX)

int64_t NAME(range_sum)(int64_t n)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += i;
    return sum;
}

int64_t NAME(conditional_range_sum)(int64_t n)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < n; i++)
        if (i % 3 == 0)
            sum += i;
    return sum;
}

/* Updates of z <- z^2 + c for each point; a Julia set has one c, the other one starts at 0. */
void NAME(escape)(size_t n, const double *re, const double *im, const double *julia, uint32_t most,
                  uint32_t *counts)
{
    for (size_t i = 0; i < n; i++) {
        double x = julia ? re[i] : 0.0, y = julia ? im[i] : 0.0;
        const double c_re = julia ? julia[0] : re[i], c_im = julia ? julia[1] : im[i];
        uint32_t count = 0;
        do {
            const double next = x * x - y * y + c_re;
            y = (x + x) * y + c_im;
            x = next;
            count++;
        } while (count < most && x * x + y * y <= 4.0);
        counts[i] = count;
    }
}

static uint64_t mixed(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Whether the point whose coordinates are the halves of `bits` lies in the quarter circle. */
static uint64_t hit(uint64_t bits)
{
    const uint64_t x = bits >> 32, y = (uint32_t)bits;
    const uint64_t xx = x * x;
    return xx + y * y >= xx;
}

/* Points of SplitMix64, one after another: the same points as ours. */
uint64_t NAME(pi_same_points)(uint64_t n, uint64_t seed)
{
    uint64_t hits = 0;
    for (uint64_t i = 0; i < n; i++)
        hits += hit(mixed(seed + (i + 1) * 0x9e3779b97f4a7c15u));
    return hits;
}
