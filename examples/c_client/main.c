/* abreast from C11: every kernel of the library, called with operands of this program's own.
 *
 *     capi/install /tmp/abreast
 *     export PKG_CONFIG_PATH=/tmp/abreast/lib/pkgconfig LD_LIBRARY_PATH=/tmp/abreast/lib
 *     cc -std=c11 examples/c_client/main.c $(pkg-config --cflags --libs abreast) -o c_client
 *     ./c_client
 *
 * It prints one line per kernel: its name, and a hash of the result's bytes. Each is computed on one
 * thread, on a pool of two, and by every variant of the kernel instead of the default; and once more
 * through the door by name, where the library makes the operands. All must agree, or the exit code
 * is 1. */
#include <abreast.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Says what went wrong, in the library's own words, and ends. */
static void must(abreast_status status)
{
    if (status == ABREAST_OK)
        return;
    char why[512];
    (void)abreast_last_error(why, sizeof why, NULL);
    fprintf(stderr, "%s: %s\n", abreast_status_name(status), why);
    exit(1);
}

static void *room(size_t bytes)
{
    void *memory = malloc(bytes ? bytes : 1);
    if (memory == NULL) {
        fprintf(stderr, "no memory for %zu bytes\n", bytes);
        exit(1);
    }
    return memory;
}

/* 64-bit FNV-1a. */
static uint64_t fnv1a(const void *bytes, size_t n)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* Number i of the stream seed of SplitMix64: the library's samples are made of these. */
static uint64_t splitmix64(uint64_t seed, uint64_t i)
{
    uint64_t z = seed + (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

#define SEED UINT64_C(42)

typedef const abreast_options *how;

static uint64_t range_sum(size_t n, how options)
{
    int64_t sum;
    must(abreast_range_sum((int64_t)n, &sum, options));
    return fnv1a(&sum, sizeof sum);
}

static uint64_t range_sums(size_t n, how options)
{
    int64_t *limits = room(n * sizeof *limits), *sums = room(n * sizeof *sums);
    for (size_t k = 0; k < n; k++)
        limits[k] = (int64_t)(splitmix64(SEED, k) >> 54);
    must(abreast_range_sums(n, limits, sums, options));
    uint64_t hash = fnv1a(sums, n * sizeof *sums);
    free(limits);
    free(sums);
    return hash;
}

static uint64_t conditional_range_sum(size_t n, how options)
{
    int64_t sum;
    must(abreast_conditional_range_sum((int64_t)n, &sum, options));
    return fnv1a(&sum, sizeof sum);
}

static uint64_t sum_arange(size_t n, how options)
{
    double sum;
    must(abreast_sum_arange(n, &sum, options));
    return fnv1a(&sum, sizeof sum);
}

static uint64_t pi_hits(size_t n, how options)
{
    uint64_t hits;
    must(abreast_pi_hits(n, SEED, &hits, options));
    return fnv1a(&hits, sizeof hits);
}

/* A square of n pixels on the edge of the Mandelbrot set. */
static uint64_t escape(size_t n, how options)
{
    size_t side = 0;
    while ((side + 1) * (side + 1) <= n)
        side++;
    abreast_view view = {.size = sizeof view,
                         .center_re = -1.1195,
                         .center_im = 0.2718,
                         .extent_re = 0.005,
                         .extent_im = 0.005,
                         .width = side,
                         .height = side,
                         .max_iter = 256};
    uint32_t *counts = room(side * side * sizeof *counts);
    must(abreast_escape(&view, side * side, counts, options));
    uint64_t hash = fnv1a(counts, side * side * sizeof *counts);
    free(counts);
    return hash;
}

/* The kernels that exist over doubles (d) and over floats (s): real, its letter, how many random bits
 * it holds. BLAS's letters, BLAS's order of arguments. */
#define OVER(real, x, bits)                                                                        \
    /* n numbers in [-1, 1). */                                                                    \
    static real *x##uniform(size_t n, uint64_t seed)                                               \
    {                                                                                              \
        real *numbers = room(n * sizeof *numbers);                                                 \
        for (size_t i = 0; i < n; i++) {                                                           \
            real unit = (real)(splitmix64(seed, i) >> (64 - bits)) / (real)(UINT64_C(1) << bits);  \
            numbers[i] = 2 * unit - 1;                                                             \
        }                                                                                          \
        return numbers;                                                                            \
    }                                                                                              \
                                                                                                   \
    static uint64_t x##sum(size_t n, how options)                                                  \
    {                                                                                              \
        real *v = x##uniform(n, SEED), sum;                                                        \
        must(abreast_##x##sum(n, v, &sum, options));                                               \
        free(v);                                                                                   \
        return fnv1a(&sum, sizeof sum);                                                            \
    }                                                                                              \
                                                                                                   \
    static uint64_t x##dot(size_t n, how options)                                                  \
    {                                                                                              \
        real *v = x##uniform(n, SEED), *w = x##uniform(n, ~SEED), dot;                             \
        must(abreast_##x##dot(n, v, w, &dot, options));                                            \
        free(v);                                                                                   \
        free(w);                                                                                   \
        return fnv1a(&dot, sizeof dot);                                                            \
    }                                                                                              \
                                                                                                   \
    static uint64_t x##axpy(size_t n, how options)                                                 \
    {                                                                                              \
        real *v = x##uniform(n, SEED), *w = x##uniform(n, ~SEED);                                  \
        must(abreast_##x##axpy(n, (real)2.718281828459045, v, w, options));                        \
        uint64_t hash = fnv1a(w, n * sizeof *w);                                                   \
        free(v);                                                                                   \
        free(w);                                                                                   \
        return hash;                                                                               \
    }                                                                                              \
                                                                                                   \
    static uint64_t x##gemm(size_t n, how options)                                                 \
    {                                                                                              \
        real *a = x##uniform(n * n, SEED), *b = x##uniform(n * n, ~SEED);                          \
        real *c = x##uniform(n * n, SEED ^ 0x5eed);                                                \
        must(abreast_##x##gemm(ABREAST_ROW_MAJOR, ABREAST_NO_TRANS, ABREAST_NO_TRANS, n, n, n,     \
                               (real)0.75, a, n, b, n, (real)-0.5, c, n, options));                \
        uint64_t hash = fnv1a(c, n * n * sizeof *c);                                               \
        free(a);                                                                                   \
        free(b);                                                                                   \
        free(c);                                                                                   \
        return hash;                                                                               \
    }

OVER(double, d, 53)
OVER(float, s, 24)

static const struct {
    const char *name;
    size_t n;
    uint64_t (*hash)(size_t n, how options);
} KERNELS[] = {
    {"range_sum", 1000003, range_sum},
    {"range_sums", 1000, range_sums},
    {"conditional_range_sum", 1000003, conditional_range_sum},
    {"sum", 100003, dsum},
    {"sum_f32", 100003, ssum},
    {"sum_arange", 1000003, sum_arange},
    {"dot", 100003, ddot},
    {"dot_f32", 100003, sdot},
    {"axpy", 100003, daxpy},
    {"axpy_f32", 100003, saxpy},
    {"gemm", 300, dgemm},
    {"gemm_f32", 300, sgemm},
    {"pi", 1000003, pi_hits},
    {"escape", 16384, escape},
};

/* The same problem with operands of the library's own. */
static uint64_t by_name(const char *kernel, size_t n)
{
    abreast_sample sample;
    uint64_t hash;
    must(abreast_sample_new(kernel, (int64_t)n, SEED, &sample));
    must(abreast_sample_run(sample, &hash, NULL));
    must(abreast_sample_free(sample));
    return hash;
}

/* How many variants give another hash than this one. */
static int variants_that_differ(size_t kernel, uint64_t hash)
{
    const char *name = KERNELS[kernel].name;
    abreast_options options = ABREAST_OPTIONS;
    size_t count;
    int differ = 0;
    must(abreast_variant_count(name, &count));
    for (size_t i = 0; i < count; i++) {
        must(abreast_variant_name(name, i, &options.variant));
        if (KERNELS[kernel].hash(KERNELS[kernel].n, &options) != hash) {
            fprintf(stderr, "%s differs in its variant %s\n", name, options.variant);
            differ++;
        }
    }
    return differ;
}

int main(void)
{
    must(ABREAST_CHECK_ABI());
    abreast_options two = ABREAST_OPTIONS;
    must(abreast_pool_new(2, &two.pool));
    int differ = 0;
    for (size_t i = 0; i < sizeof KERNELS / sizeof *KERNELS; i++) {
        const char *name = KERNELS[i].name;
        size_t n = KERNELS[i].n;
        uint64_t hash = KERNELS[i].hash(n, NULL);
        printf("%s %016" PRIx64 "\n", name, hash);
        if (KERNELS[i].hash(n, &two) != hash || variants_that_differ(i, hash) != 0 ||
            by_name(name, n) != hash) {
            fprintf(stderr, "%s differs\n", name);
            differ = 1;
        }
    }
    must(abreast_pool_free(two.pool));
    return differ;
}
