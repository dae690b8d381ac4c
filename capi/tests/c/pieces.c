/* Problems in pieces: parts that are folded, hits that are added and rows that are put together have the bits of
 * the whole, by every variant, with a pool and without. */
#include "check.h"

enum { CHUNK = 65536, N = 5 * CHUNK + 17, WIDTH = 41, HEIGHT = 30 };

static double x[N], y[N];
static float xf[N], yf[N];

static int pieces;

static size_t chunk_of(const char *kernel)
{
    size_t elements = 0;
    MUST(abreast_chunk(kernel, &elements));
    CHECK(elements == CHUNK);
    return elements;
}

/* Where to cut: anywhere at a multiple of the chunk, and at the end. */
static const size_t CUTS[][4] = {{0, N, N, N}, {0, CHUNK, N, N}, {0, 2 * CHUNK, 5 * CHUNK, N}};
enum { WAYS = sizeof CUTS / sizeof *CUTS, PIECES = 3 };

/* The parts of each piece, one after the other, then their fold, against the whole. */
#define FOLDED(T, OF_PARTS, FOLD, WHOLE)                                                           \
    do {                                                                                           \
        T parts[6], folded, whole;                                                                 \
        size_t made = 0;                                                                           \
        for (size_t p = 0; p < PIECES; p++) {                                                      \
            const size_t from = CUTS[way][p], n = CUTS[way][p + 1] - from;                         \
            const size_t count = (n + CHUNK - 1) / CHUNK;                                          \
            MUST(OF_PARTS);                                                                        \
            made += count;                                                                         \
            pieces++;                                                                              \
        }                                                                                          \
        CHECK(made == 6);                                                                          \
        MUST(FOLD);                                                                                \
        MUST(WHOLE);                                                                               \
        CHECK(memcmp(&folded, &whole, sizeof(T)) == 0);                                            \
    } while (0)

static void sums_and_products(size_t way, const abreast_options *o)
{
    FOLDED(double, abreast_dsum_parts(n, x + from, count, parts + made, o), abreast_dfold(made, parts, &folded),
           abreast_dsum(N, x, &whole, NULL));
    FOLDED(float, abreast_ssum_parts(n, xf + from, count, parts + made, o), abreast_sfold(made, parts, &folded),
           abreast_ssum(N, xf, &whole, NULL));
    FOLDED(double, abreast_ddot_parts(n, x + from, y + from, count, parts + made, o),
           abreast_dfold(made, parts, &folded), abreast_ddot(N, x, y, &whole, NULL));
    FOLDED(float, abreast_sdot_parts(n, xf + from, yf + from, count, parts + made, o),
           abreast_sfold(made, parts, &folded), abreast_sdot(N, xf, yf, &whole, NULL));
}

static void points(const abreast_options *o)
{
    const uint64_t cuts[] = {0, 1, 1000, 262143, 262145, 600000};
    uint64_t all = 0, whole;
    for (size_t i = 0; i + 1 < sizeof cuts / sizeof *cuts; i++) {
        uint64_t hits;
        MUST(abreast_pi_hits_range(cuts[i], cuts[i + 1] - cuts[i], 7, &hits, o));
        all += hits;
        pieces++;
    }
    MUST(abreast_pi_hits(600000, 7, &whole, NULL));
    CHECK(all == whole && whole > 0);
}

static void rows(int32_t julia, const abreast_options *o)
{
    static uint32_t whole[WIDTH * HEIGHT], some[WIDTH * HEIGHT];
    const abreast_view view = {sizeof view, -0.7, 0.1, 3, 2.5, -0.8, 0.16, WIDTH, HEIGHT, 90, julia};
    MUST(abreast_escape(&view, WIDTH * HEIGHT, whole, NULL));
    const uint64_t cuts[] = {0, 0, 1, 8, 9, 30, 30};
    for (size_t i = 0; i + 1 < sizeof cuts / sizeof *cuts; i++) {
        const uint64_t first = cuts[i], count = cuts[i + 1] - first;
        MUST(abreast_escape_rows(&view, first, count, count * WIDTH, some + first * WIDTH, o));
        pieces++;
    }
    CHECK(memcmp(whole, some, sizeof whole) == 0);
}

/* With each variant of the kernel. */
static void by_variant(const char *kernel, abreast_pool pool, void (*run)(const abreast_options *))
{
    size_t count;
    MUST(abreast_variant_count(kernel, &count));
    abreast_options options = ABREAST_OPTIONS;
    options.pool = pool;
    for (size_t i = 0; i < count; i++) {
        MUST(abreast_variant_name(kernel, i, &options.variant));
        run(&options);
    }
}

static void every_way(const abreast_options *o)
{
    for (size_t way = 0; way < WAYS; way++)
        sums_and_products(way, o);
}
static void both_sets(const abreast_options *o)
{
    rows(0, o);
    rows(1, o);
}

/* The library's own operands, and its hash. */
static void operands(void)
{
    MUST(abreast_duniform(N, 42, x));
    MUST(abreast_duniform(N, ~(uint64_t)42, y));
    MUST(abreast_suniform(N, 42, xf));
    MUST(abreast_suniform(N, ~(uint64_t)42, yf));
    double dot;
    uint64_t hash, right;
    abreast_sample sample;
    MUST(abreast_ddot(N, x, y, &dot, NULL));
    MUST(abreast_hash(sizeof dot, &dot, &hash));
    MUST(abreast_sample_new("dot", N, 42, &sample));
    MUST(abreast_sample_run(sample, &right, NULL));
    MUST(abreast_sample_free(sample));
    CHECK(hash == right);
}

int main(void)
{
    operands();
    (void)chunk_of("sum_f32"), (void)chunk_of("dot"), (void)chunk_of("dot_f32"), (void)chunk_of("sum");
    abreast_pool pools[2] = {{0}, {0}};
    MUST(abreast_pool_new(2, &pools[1]));
    for (size_t p = 0; p < 2; p++) {
        by_variant("dot", pools[p], every_way);
        by_variant("pi", pools[p], points);
        by_variant("escape", pools[p], both_sets);
    }
    double none = 1;
    MUST(abreast_dfold(0, NULL, &none));
    CHECK(none == 0);
    MUST(abreast_pool_free(pools[1]));
    printf("%d pieces\n", pieces);
    return 0;
}
