/* Bad input through every function: the status it must give, the words it must say, and that no
 * output has been touched. */
#define _GNU_SOURCE /* anonymous maps */
#include "check.h"

#include <sys/mman.h>
#include <unistd.h>

/* Everything that a call here could write, filled with a pattern and looked at after each call. */
typedef struct outputs {
    int64_t integer, integers[8];
    uint64_t hash;
    double real, reals[16];
    float single, singles[16];
    uint32_t counts[16], width;
    size_t needed, count;
    const char *name;
    abreast_pool pool;
    abreast_sample sample;
    char text[16];
} outputs;

static outputs out, untouched;

static const double x[16] = {1, 2, 3, 4};
static const float xf[16] = {1, 2, 3, 4};
static const int64_t limits[8] = {1, 2, 3, 4};

static int refusals;

static void refused(int line, abreast_status expected, const char *words, abreast_status status)
{
    char why[512];
    size_t needed = 0;
    MUST(abreast_last_error(why, sizeof why, &needed));
    if (status != expected || strstr(why, words) == NULL || needed != strlen(why) + 1) {
        fprintf(stderr, "line %d: %d instead of %d: '%s', where '%s' was expected\n", line,
                (int)status, (int)expected, why, words);
        exit(1);
    }
    if (memcmp(&out, &untouched, sizeof out) != 0) {
        fprintf(stderr, "line %d: an output has been touched\n", line);
        exit(1);
    }
    refusals++;
}

#define REFUSED(status, words, call) refused(__LINE__, status, words, call)

/* An address that is no multiple of anything. */
#define ODD(pointer) ((void *)((uintptr_t)(pointer) + 1))

/* More elements than an object can have, of 4 bytes and of 8. */
static const size_t huge[] = {SIZE_MAX, SIZE_MAX / 4 + 1, SIZE_MAX / 8 + 1, PTRDIFF_MAX / 4 + (size_t)1};

static abreast_view view = {sizeof(abreast_view), -0.75, 0, 3, 2.5, 0, 0, 4, 4, 50, 0};

/* Good calls, but for their options. */
static abreast_pool pool;
static abreast_sample sample;
typedef const abreast_options *how;

static abreast_status range_sum(how o) { return abreast_range_sum(9, &out.integer, o); }
static abreast_status range_sums(how o) { return abreast_range_sums(4, limits, out.integers, o); }
static abreast_status conditional(how o)
{
    return abreast_conditional_range_sum(9, &out.integer, o);
}
static abreast_status arange(how o) { return abreast_sum_arange(9, &out.real, o); }
static abreast_status dsum(how o) { return abreast_dsum(4, x, &out.real, o); }
static abreast_status ssum(how o) { return abreast_ssum(4, xf, &out.single, o); }
static abreast_status ddot(how o) { return abreast_ddot(4, x, x, &out.real, o); }
static abreast_status sdot(how o) { return abreast_sdot(4, xf, xf, &out.single, o); }
static abreast_status daxpy(how o) { return abreast_daxpy(4, 2, x, out.reals, o); }
static abreast_status saxpy(how o) { return abreast_saxpy(4, 2, xf, out.singles, o); }
static abreast_status dgemm(how o)
{
    return abreast_dgemm(101, 111, 112, 2, 2, 2, 1, x, 2, x, 2, 0, out.reals, 2, o);
}
static abreast_status sgemm(how o)
{
    return abreast_sgemm(102, 111, 112, 2, 2, 2, 1, xf, 2, xf, 2, 0, out.singles, 2, o);
}
static abreast_status pi_hits(how o) { return abreast_pi_hits(9, 1, &out.hash, o); }
static abreast_status escape(how o) { return abreast_escape(&view, 16, out.counts, o); }
static abreast_status pi_range(how o) { return abreast_pi_hits_range(5, 4, 1, &out.hash, o); }
static abreast_status rows(how o) { return abreast_escape_rows(&view, 1, 2, 8, out.counts, o); }
static abreast_status dsum_parts(how o) { return abreast_dsum_parts(4, x, 1, &out.real, o); }
static abreast_status ssum_parts(how o) { return abreast_ssum_parts(4, xf, 1, &out.single, o); }
static abreast_status ddot_parts(how o) { return abreast_ddot_parts(4, x, x, 1, &out.real, o); }
static abreast_status sdot_parts(how o) { return abreast_sdot_parts(4, xf, xf, 1, &out.single, o); }
static abreast_status by_name(how o) { return abreast_sample_run(sample, &out.hash, o); }

/* Each with the kernel whose variants its options name. */
static const struct {
    const char *kernel;
    abreast_status (*run)(how);
} CALLS[] = {{"range_sum", range_sum}, {"range_sums", range_sums}, {"conditional_range_sum", conditional},
             {"sum_arange", arange},   {"sum", dsum},              {"sum_f32", ssum},
             {"dot", ddot},            {"dot_f32", sdot},          {"axpy", daxpy},
             {"axpy_f32", saxpy},      {"gemm", dgemm},            {"gemm_f32", sgemm},
             {"pi", pi_hits},          {"escape", escape},         {"dot", by_name},
             {"pi", pi_range},         {"escape", rows},           {"sum", dsum_parts},
             {"sum_f32", ssum_parts},  {"dot", ddot_parts},        {"dot_f32", sdot_parts}};

/* Every call with every kind of bad options. */
static void bad_options(void)
{
    abreast_pool freed, made_up = {UINT64_MAX}, other = {sample.id};
    MUST(abreast_pool_new(1, &freed));
    MUST(abreast_pool_free(freed));
#if defined(__x86_64__)
    const abreast_level foreign = ABREAST_LEVEL_NEON;
#else
    const abreast_level foreign = ABREAST_LEVEL_V4;
#endif
    const size_t size = sizeof(abreast_options);
    char long_name[1000];
    memset(long_name, 'r', sizeof long_name);
    long_name[sizeof long_name - 1] = '\0';
    const struct {
        abreast_options options;
        abreast_status status;
        const char *words;
    } rows[] = {
        {{0, NULL, 0, {0}}, ABREAST_ABI_MISMATCH, "options.size = 0"},
        {{size - 1, NULL, 0, {0}}, ABREAST_ABI_MISMATCH, "options.size = 31: must be 32, or one of [8, 16, 24]"},
        {{size - 4, NULL, 0, {0}}, ABREAST_ABI_MISMATCH, "options.size = 28"},
        {{4, NULL, 0, {0}}, ABREAST_ABI_MISMATCH, "options.size = 4"},
        {{size + 1, NULL, 0, {0}}, ABREAST_ABI_MISMATCH, "options.size = 33: must be at most 32"},
        {{size + 8, NULL, 0, {0}}, ABREAST_ABI_MISMATCH, "the header is newer than the library"},
        {{size, "no such thing", 0, {0}}, ABREAST_UNKNOWN, "unknown variant 'no such thing'; known: "},
        {{size, "", 0, {0}}, ABREAST_UNKNOWN, "unknown variant ''; "},
        {{size, " ", 0, {0}}, ABREAST_UNKNOWN, "unknown variant ' '; "},
        {{size, "a\x1b[2J\n", 0, {0}}, ABREAST_UNKNOWN, "unknown variant 'a\\u{1b}[2J\\n'; "},
        {{size, "r\xffst", 0, {0}}, ABREAST_TEXT, "options.variant: invalid utf-8"},
        {{size, "rust\xc3", 0, {0}}, ABREAST_TEXT, "options.variant: incomplete utf-8"},
        {{size, long_name, 0, {0}}, ABREAST_UNKNOWN, "options.variant has no end"},
        {{size, NULL, 99, {0}}, ABREAST_UNKNOWN, "unknown level '99'"},
        {{size, NULL, -1, {0}}, ABREAST_UNKNOWN, "unknown level '-1'"},
        {{size, NULL, foreign, {0}}, ABREAST_LEVEL, "this CPU does not have"},
        {{size, NULL, 0, freed}, ABREAST_HANDLE, "is freed"},
        {{size, NULL, 0, made_up}, ABREAST_HANDLE, "was never made"},
        {{size, NULL, 0, other}, ABREAST_HANDLE, "is the handle of a sample"},
    };
    for (size_t c = 0; c < sizeof CALLS / sizeof *CALLS; c++) {
        for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
            REFUSED(rows[r].status, rows[r].words, CALLS[c].run(&rows[r].options));
        REFUSED(ABREAST_MISALIGNED, "options", CALLS[c].run(ODD(&rows[0].options)));
    }
}

static size_t variants_of(const char *kernel)
{
    size_t count = 0;
    MUST(abreast_variant_count(kernel, &count));
    CHECK(count >= 1);
    return count;
}

/* Every variant's name with one letter too many: each kernel knows the right one. */
static void nearly_right_variants(void)
{
    for (size_t c = 0; c < sizeof CALLS / sizeof *CALLS; c++) {
        for (size_t v = 0; v < variants_of(CALLS[c].kernel); v++) {
            abreast_options options = ABREAST_OPTIONS;
            const char *name;
            char wrong[300], words[400];
            MUST(abreast_variant_name(CALLS[c].kernel, v, &name));
            (void)snprintf(wrong, sizeof wrong, "%s_", name);
            (void)snprintf(words, sizeof words, "unknown variant '%s'; did you mean '%s'?", wrong, name);
            options.variant = wrong;
            REFUSED(ABREAST_UNKNOWN, words, CALLS[c].run(&options));
        }
    }
}

/* Names that end where the memory does: nothing behind a name is read, and of one that does not end
 * no more than a name can have. */
static void names_at_the_end_of_memory(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED && mprotect(pages + page, page, PROT_NONE) == 0);
    char *const end = pages + page;
    memset(pages, 'x', page);
    abreast_options options = ABREAST_OPTIONS;
    options.variant = end - 256;
    for (size_t c = 0; c < sizeof CALLS / sizeof *CALLS; c++)
        REFUSED(ABREAST_UNKNOWN, "options.variant has no end: no name is longer than 255 bytes",
                CALLS[c].run(&options));
    REFUSED(ABREAST_UNKNOWN, "kernel has no end", abreast_sample_new(end - 256, 9, 1, &out.sample));
    REFUSED(ABREAST_UNKNOWN, "kernel has no end", abreast_variant_count(end - 256, &out.count));
    REFUSED(ABREAST_UNKNOWN, "kernel has no end", abreast_variant_name(end - 256, 0, &out.name));
    end[-1] = '\0';
    REFUSED(ABREAST_UNKNOWN, "unknown kernel 'xxx", abreast_variant_count(end - 256, &out.count));
    REFUSED(ABREAST_UNKNOWN, "unknown variant 'xxx", ddot(&options));
    const char *name;
    MUST(abreast_variant_name("dot", 0, &name));
    options.variant = strcpy(end - strlen(name) - 1, name);
    MUST(ddot(&options));
    /* A copy will do, and none is kept: the text may go as soon as the call has returned. */
    CHECK(munmap(pages, 2 * page) == 0);
    options.variant = NULL;
    MUST(ddot(&options));
    out = untouched;
}

/* Questions about variants that have no answer. */
static void bad_variant_questions(void)
{
    const size_t count = variants_of("dot");
    char words[100];
    (void)snprintf(words, sizeof words, "index = %zu: must be below %zu, the number of variants of dot",
                   count, count);
    REFUSED(ABREAST_ARGUMENT, words, abreast_variant_name("dot", count, &out.name));
    REFUSED(ABREAST_ARGUMENT, "index = ", abreast_variant_name("dot", SIZE_MAX, &out.name));
    REFUSED(ABREAST_NULL, "kernel is null", abreast_variant_count(NULL, &out.count));
    REFUSED(ABREAST_NULL, "kernel is null", abreast_variant_name(NULL, 0, &out.name));
    REFUSED(ABREAST_NULL, "count is null", abreast_variant_count("dot", NULL));
    REFUSED(ABREAST_NULL, "name is null", abreast_variant_name("dot", 0, NULL));
    REFUSED(ABREAST_MISALIGNED, "count", abreast_variant_count("dot", ODD(&out.count)));
    REFUSED(ABREAST_MISALIGNED, "name", abreast_variant_name("dot", 0, ODD(&out.name)));
    REFUSED(ABREAST_UNKNOWN, "did you mean 'dot'?", abreast_variant_count("dott", &out.count));
    REFUSED(ABREAST_UNKNOWN, "did you mean 'dot'?", abreast_variant_name("dott", 0, &out.name));
    REFUSED(ABREAST_UNKNOWN, "unknown kernel ''", abreast_variant_count("", &out.count));
    REFUSED(ABREAST_UNKNOWN, "unknown kernel ''", abreast_variant_name("", 0, &out.name));
    REFUSED(ABREAST_TEXT, "kernel: invalid utf-8", abreast_variant_count("d\xf6t", &out.count));
    REFUSED(ABREAST_TEXT, "kernel: invalid utf-8", abreast_variant_name("d\xf6t", 0, &out.name));
}

/* The names are the library's, each is one of its kernel's only, and every one of them runs. */
static void every_variant_by_its_name(void)
{
    abreast_options options = ABREAST_OPTIONS;
    for (size_t c = 0; c < sizeof CALLS / sizeof *CALLS; c++) {
        const char *kernel = CALLS[c].kernel;
        out = untouched;
        MUST(CALLS[c].run(NULL));
        const outputs right = out;
        for (size_t v = 0; v < variants_of(kernel); v++) {
            const char *again, *other;
            MUST(abreast_variant_name(kernel, v, &options.variant));
            MUST(abreast_variant_name(kernel, v, &again));
            CHECK(options.variant == again && strlen(again) > 0);
            for (size_t w = 0; w < v; w++) {
                MUST(abreast_variant_name(kernel, w, &other));
                CHECK(strcmp(again, other) != 0);
            }
            char copy[300];
            (void)snprintf(copy, sizeof copy, "%s", again);
            options.variant = v % 2 ? again : copy;
            out = untouched;
            MUST(CALLS[c].run(&options));
            CHECK(memcmp(&out, &right, sizeof out) == 0);
        }
    }
    out = untouched;
}

/* A name that lies where the result is written has been read by then. */
static void a_name_under_the_result(void)
{
    abreast_options options = ABREAST_OPTIONS;
    const char *name;
    double right;
    MUST(abreast_variant_name("dot", 0, &name));
    MUST(abreast_ddot(4, x, x, &right, NULL));
    CHECK(strlen(name) < sizeof out.reals);
    options.variant = strcpy((char *)out.reals, name);
    MUST(abreast_ddot(4, x, x, &out.reals[0], &options));
    CHECK(memcmp(&right, &out.reals[0], sizeof right) == 0);
    out = untouched;
}

/* Results that cannot be written to. */
static void bad_results(void)
{
    REFUSED(ABREAST_NULL, "sum is null", abreast_range_sum(9, NULL, NULL));
    REFUSED(ABREAST_NULL, "sums is null", abreast_range_sums(4, limits, NULL, NULL));
    REFUSED(ABREAST_NULL, "sum is null", abreast_conditional_range_sum(9, NULL, NULL));
    REFUSED(ABREAST_NULL, "sum is null", abreast_sum_arange(9, NULL, NULL));
    REFUSED(ABREAST_NULL, "result is null", abreast_dsum(4, x, NULL, NULL));
    REFUSED(ABREAST_NULL, "result is null", abreast_ssum(4, xf, NULL, NULL));
    REFUSED(ABREAST_NULL, "result is null", abreast_ddot(4, x, x, NULL, NULL));
    REFUSED(ABREAST_NULL, "result is null", abreast_sdot(4, xf, xf, NULL, NULL));
    REFUSED(ABREAST_NULL, "y is null", abreast_daxpy(4, 2, x, NULL, NULL));
    REFUSED(ABREAST_NULL, "y is null", abreast_saxpy(4, 2, xf, NULL, NULL));
    REFUSED(ABREAST_NULL, "hits is null", abreast_pi_hits(9, 1, NULL, NULL));
    REFUSED(ABREAST_NULL, "counts is null", abreast_escape(&view, 16, NULL, NULL));
    REFUSED(ABREAST_NULL, "hash is null", abreast_sample_run(sample, NULL, NULL));
    REFUSED(ABREAST_NULL, "pool is null", abreast_pool_new(1, NULL));
    REFUSED(ABREAST_NULL, "pool is null", abreast_pool_per_core(NULL));
    REFUSED(ABREAST_NULL, "threads is null", abreast_pool_width(pool, NULL));
    REFUSED(ABREAST_NULL, "sample is null", abreast_sample_new("dot", 9, 1, NULL));

    REFUSED(ABREAST_MISALIGNED, "sum", abreast_range_sum(9, ODD(&out.integer), NULL));
    REFUSED(ABREAST_MISALIGNED, "sums", abreast_range_sums(4, limits, ODD(out.integers), NULL));
    REFUSED(ABREAST_MISALIGNED, "sum", abreast_conditional_range_sum(9, ODD(&out.integer), NULL));
    REFUSED(ABREAST_MISALIGNED, "sum", abreast_sum_arange(9, ODD(&out.real), NULL));
    REFUSED(ABREAST_MISALIGNED, "result", abreast_dsum(4, x, ODD(&out.real), NULL));
    REFUSED(ABREAST_MISALIGNED, "result", abreast_ssum(4, xf, ODD(&out.single), NULL));
    REFUSED(ABREAST_MISALIGNED, "result", abreast_ddot(4, x, x, ODD(&out.real), NULL));
    REFUSED(ABREAST_MISALIGNED, "result", abreast_sdot(4, xf, xf, ODD(&out.single), NULL));
    REFUSED(ABREAST_MISALIGNED, "y", abreast_daxpy(4, 2, x, ODD(out.reals), NULL));
    REFUSED(ABREAST_MISALIGNED, "y", abreast_saxpy(4, 2, xf, ODD(out.singles), NULL));
    REFUSED(ABREAST_MISALIGNED, "hits", abreast_pi_hits(9, 1, ODD(&out.hash), NULL));
    REFUSED(ABREAST_MISALIGNED, "counts", abreast_escape(&view, 16, ODD(out.counts), NULL));
    REFUSED(ABREAST_MISALIGNED, "hash", abreast_sample_run(sample, ODD(&out.hash), NULL));
    REFUSED(ABREAST_MISALIGNED, "pool", abreast_pool_new(1, ODD(&out.pool)));
    REFUSED(ABREAST_MISALIGNED, "pool", abreast_pool_per_core(ODD(&out.pool)));
    REFUSED(ABREAST_MISALIGNED, "threads", abreast_pool_width(pool, ODD(&out.width)));
    REFUSED(ABREAST_MISALIGNED, "sample", abreast_sample_new("dot", 9, 1, ODD(&out.sample)));
}

/* Operands that cannot be read. */
static void bad_operands(void)
{
    REFUSED(ABREAST_NULL, "limits is null", abreast_range_sums(4, NULL, out.integers, NULL));
    REFUSED(ABREAST_NULL, "x is null", abreast_dsum(4, NULL, &out.real, NULL));
    REFUSED(ABREAST_NULL, "x is null", abreast_ssum(4, NULL, &out.single, NULL));
    REFUSED(ABREAST_NULL, "x is null", abreast_ddot(4, NULL, x, &out.real, NULL));
    REFUSED(ABREAST_NULL, "y is null", abreast_ddot(4, x, NULL, &out.real, NULL));
    REFUSED(ABREAST_NULL, "x is null", abreast_sdot(4, NULL, xf, &out.single, NULL));
    REFUSED(ABREAST_NULL, "y is null", abreast_sdot(4, xf, NULL, &out.single, NULL));
    REFUSED(ABREAST_NULL, "x is null", abreast_daxpy(4, 2, NULL, out.reals, NULL));
    REFUSED(ABREAST_NULL, "x is null", abreast_saxpy(4, 2, NULL, out.singles, NULL));
    REFUSED(ABREAST_NULL, "view is null", abreast_escape(NULL, 16, out.counts, NULL));
    REFUSED(ABREAST_NULL, "kernel is null", abreast_sample_new(NULL, 9, 1, &out.sample));

    REFUSED(ABREAST_MISALIGNED, "limits",
            abreast_range_sums(4, ODD(limits), out.integers, NULL));
    REFUSED(ABREAST_MISALIGNED, "x", abreast_dsum(4, ODD(x), &out.real, NULL));
    REFUSED(ABREAST_MISALIGNED, "x", abreast_ssum(4, ODD(xf), &out.single, NULL));
    REFUSED(ABREAST_MISALIGNED, "x", abreast_ddot(4, ODD(x), x, &out.real, NULL));
    REFUSED(ABREAST_MISALIGNED, "y", abreast_ddot(4, x, ODD(x), &out.real, NULL));
    REFUSED(ABREAST_MISALIGNED, "x", abreast_sdot(4, ODD(xf), xf, &out.single, NULL));
    REFUSED(ABREAST_MISALIGNED, "y", abreast_sdot(4, xf, ODD(xf), &out.single, NULL));
    REFUSED(ABREAST_MISALIGNED, "x", abreast_daxpy(4, 2, ODD(x), out.reals, NULL));
    REFUSED(ABREAST_MISALIGNED, "x", abreast_saxpy(4, 2, ODD(xf), out.singles, NULL));
    REFUSED(ABREAST_MISALIGNED, "view", abreast_escape(ODD(&view), 16, out.counts, NULL));

    for (size_t i = 0; i < sizeof huge / sizeof *huge; i++) {
        const size_t n = huge[i];
        REFUSED(ABREAST_TOO_LARGE, "limits", abreast_range_sums(n, limits, out.integers, NULL));
        REFUSED(ABREAST_TOO_LARGE, "x", abreast_dsum(n, x, &out.real, NULL));
        REFUSED(ABREAST_TOO_LARGE, "x", abreast_ssum(n, xf, &out.single, NULL));
        REFUSED(ABREAST_TOO_LARGE, "x", abreast_ddot(n, x, x, &out.real, NULL));
        REFUSED(ABREAST_TOO_LARGE, "x", abreast_sdot(n, xf, xf, &out.single, NULL));
        REFUSED(ABREAST_TOO_LARGE, "x", abreast_daxpy(n, 2, x, out.reals, NULL));
        REFUSED(ABREAST_TOO_LARGE, "x", abreast_saxpy(n, 2, xf, out.singles, NULL));
    }

    REFUSED(ABREAST_OVERLAP, "sums overlaps limits by 32 bytes",
            abreast_range_sums(4, out.integers, out.integers, NULL));
    REFUSED(ABREAST_OVERLAP, "sums overlaps limits by 8 bytes",
            abreast_range_sums(4, out.integers, out.integers + 3, NULL));
    REFUSED(ABREAST_OVERLAP, "y overlaps x by 32 bytes",
            abreast_daxpy(4, 2, out.reals, out.reals, NULL));
    REFUSED(ABREAST_OVERLAP, "y overlaps x by 8 bytes",
            abreast_daxpy(4, 2, out.reals + 3, out.reals, NULL));
    REFUSED(ABREAST_OVERLAP, "y overlaps x by 4 bytes",
            abreast_saxpy(4, 2, out.singles, out.singles + 3, NULL));
}

/* Numbers that a kernel does not take. */
static void bad_numbers(void)
{
    REFUSED(ABREAST_ARGUMENT, "n = -1: must be", abreast_range_sum(-1, &out.integer, NULL));
    REFUSED(ABREAST_ARGUMENT, "4294967296", abreast_range_sum(INT64_MAX, &out.integer, NULL));
    REFUSED(ABREAST_ARGUMENT, "n = -1: must be",
            abreast_conditional_range_sum(-1, &out.integer, NULL));
    REFUSED(ABREAST_ARGUMENT, "7439101575",
            abreast_conditional_range_sum(INT64_C(7439101576), &out.integer, NULL));
    REFUSED(ABREAST_ARGUMENT, "n = ", abreast_sum_arange(UINT64_MAX, &out.real, NULL));
    REFUSED(ABREAST_ARGUMENT, "n = ", abreast_pi_hits(UINT64_MAX, 1, &out.hash, NULL));
    const int64_t bad[] = {1, 2, -3, 4};
    REFUSED(ABREAST_ARGUMENT, "limits[2] = -3", abreast_range_sums(4, bad, out.integers, NULL));
    REFUSED(ABREAST_ARGUMENT, "threads = 0", abreast_pool_new(0, &out.pool));
    REFUSED(ABREAST_ARGUMENT, "between 1 and 4096", abreast_pool_new(1000000, &out.pool));
    REFUSED(ABREAST_ARGUMENT, "n = -1", abreast_sample_new("dot", -1, 1, &out.sample));
    REFUSED(ABREAST_NO_MEMORY, "could not allocate",
            abreast_sample_new("dot", INT64_MAX, 1, &out.sample));
    REFUSED(ABREAST_UNKNOWN, "did you mean 'dot'?", abreast_sample_new("dott", 9, 1, &out.sample));
    REFUSED(ABREAST_UNKNOWN, "unknown kernel ''", abreast_sample_new("", 9, 1, &out.sample));
    REFUSED(ABREAST_TEXT, "kernel: invalid utf-8",
            abreast_sample_new("d\xf6t", 9, 1, &out.sample));
}

static void bad_views(void)
{
    const struct {
        abreast_view view;
        size_t n;
        abreast_status status;
        const char *words;
    } rows[] = {
        {{sizeof view - 4, 0, 0, 1, 1, 0, 0, 4, 4, 9, 0}, 16, ABREAST_ABI_MISMATCH, "view.size"},
        {{0, 0, 0, 1, 1, 0, 0, 4, 4, 9, 0}, 16, ABREAST_ABI_MISMATCH, "view.size = 0"},
        {{sizeof view + 8, 0, 0, 1, 1, 0, 0, 4, 4, 9, 0}, 16, ABREAST_ABI_MISMATCH, "view.size"},
        {{sizeof view, 0, 0, 1, 1, 0, 0, 4, 4, 9, 2}, 16, ABREAST_UNKNOWN, "julia '2'"},
        {{sizeof view, 0, 0, 1, 1, 0, 0, 4, 4, 9, -1}, 16, ABREAST_UNKNOWN, "julia '-1'"},
        {{sizeof view, 0, 0, 1, 1, 0, 0, 4, 4, 0, 0}, 16, ABREAST_ARGUMENT, "iter = 0"},
        {{sizeof view, 0, 0, 0, 1, 0, 0, 4, 4, 9, 0}, 16, ABREAST_ARGUMENT, "extent"},
        {{sizeof view, 0, 0, 1, 1, 0, 0, 0, 4, 9, 0}, 0, ABREAST_ARGUMENT, "size = 0x4"},
        {{sizeof view, 0, 0, 1, 1, 0, 0, UINT64_MAX, UINT64_MAX, 9, 0}, 1, ABREAST_ARGUMENT, "size"},
        {{sizeof view, 0, 0, 1, 1, 0, 0, 4, 4, 9, 0}, 15, ABREAST_ARGUMENT, "n = 15: must be 16"},
        {{sizeof view, 0, 0, 1, 1, 0, 0, 4, 4, 9, 0}, 17, ABREAST_ARGUMENT, "n = 17: must be 16"},
        {{sizeof view, 0, 0, 1, 1, 0, 0, INT64_MAX, 1, 9, 0}, INT64_MAX, ABREAST_TOO_LARGE, "counts"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        REFUSED(rows[i].status, rows[i].words,
                abreast_escape(&rows[i].view, rows[i].n, out.counts, NULL));
}

/* The products, by what is wrong with them; the rest of each is good. */
static void bad_products(void)
{
    const struct {
        int32_t layout, transa, transb;
        size_t m, n, k;
        const void *a;
        size_t lda;
        const void *b;
        size_t ldb;
        void *c;
        size_t ldc;
        abreast_status status;
        const char *words;
    } rows[] = {
        {0, 111, 111, 2, 2, 2, x, 2, x, 2, out.reals, 2, ABREAST_UNKNOWN, "layout '0'"},
        {101, 110, 111, 2, 2, 2, x, 2, x, 2, out.reals, 2, ABREAST_UNKNOWN, "transa '110'"},
        {101, 111, 113, 2, 2, 2, x, 2, x, 2, out.reals, 2, ABREAST_UNKNOWN, "transb '113'"},
        {102, 113, 111, 2, 2, 2, x, 2, x, 2, out.reals, 2, ABREAST_UNKNOWN, "transa '113'"},
        {101, 111, 111, 2, 2, 3, x, 2, x, 2, out.reals, 2, ABREAST_ARGUMENT, "lda = 2: must be at least 3"},
        {101, 112, 111, 3, 2, 2, x, 2, x, 2, out.reals, 2, ABREAST_ARGUMENT, "lda = 2: must be at least 3"},
        {101, 111, 111, 2, 3, 2, x, 2, x, 2, out.reals, 3, ABREAST_ARGUMENT, "ldb = 2: must be at least 3"},
        {101, 111, 112, 2, 2, 3, x, 3, x, 2, out.reals, 2, ABREAST_ARGUMENT, "ldb = 2: must be at least 3"},
        {101, 111, 111, 2, 3, 2, x, 2, x, 3, out.reals, 2, ABREAST_ARGUMENT, "ldc = 2: must be at least 3"},
        {102, 111, 111, 3, 2, 2, x, 3, x, 2, out.reals, 2, ABREAST_ARGUMENT, "ldc = 2: must be at least 3"},
        {101, 111, 111, 0, 0, 0, x, 0, x, 1, out.reals, 1, ABREAST_ARGUMENT, "lda = 0: must be at least 1"},
        {101, 111, 111, SIZE_MAX, 2, 2, x, 2, x, 2, out.reals, 2, ABREAST_TOO_LARGE, "a has"},
        {101, 111, 111, 3, 2, 2, x, SIZE_MAX, x, 2, out.reals, 2, ABREAST_TOO_LARGE, "a has"},
        {101, 111, 111, 1, 2, 2, x, SIZE_MAX, x, 2, out.reals, 2, ABREAST_TOO_LARGE, "a has"},
        {101, 111, 111, 2, 2, 3, x, 3, x, SIZE_MAX / 2, out.reals, 2, ABREAST_TOO_LARGE, "b has"},
        {101, 111, 111, 2, 2, 2, x, 2, x, 2, out.reals, PTRDIFF_MAX, ABREAST_TOO_LARGE, "c has"},
        {101, 111, 111, 2, 2, 2, x, PTRDIFF_MAX / 2, x, 2, out.reals, 2, ABREAST_TOO_LARGE, "a has"},
        {101, 111, 111, 2, 2, 2, NULL, 2, x, 2, out.reals, 2, ABREAST_NULL, "a is null"},
        {101, 111, 111, 2, 2, 2, x, 2, NULL, 2, out.reals, 2, ABREAST_NULL, "b is null"},
        {101, 111, 111, 2, 2, 2, x, 2, x, 2, NULL, 2, ABREAST_NULL, "c is null"},
        {101, 111, 111, 2, 2, 2, ODD(x), 2, x, 2, out.reals, 2, ABREAST_MISALIGNED, "a is at"},
        {101, 111, 111, 2, 2, 2, x, 2, ODD(x), 2, out.reals, 2, ABREAST_MISALIGNED, "b is at"},
        {101, 111, 111, 2, 2, 2, x, 2, x, 2, ODD(out.reals), 2, ABREAST_MISALIGNED, "c is at"},
        {101, 111, 111, 2, 2, 2, out.reals, 2, x, 2, out.reals, 2, ABREAST_OVERLAP, "c overlaps a"},
        {101, 111, 111, 2, 2, 2, x, 2, out.reals + 1, 2, out.reals, 2, ABREAST_OVERLAP, "c overlaps b"},
        {102, 111, 111, 2, 2, 2, out.reals + 1, 2, x, 2, out.reals, 2, ABREAST_OVERLAP, "c overlaps a"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        REFUSED(rows[i].status, rows[i].words,
                abreast_dgemm(rows[i].layout, rows[i].transa, rows[i].transb, rows[i].m, rows[i].n,
                              rows[i].k, 1, rows[i].a, rows[i].lda, rows[i].b, rows[i].ldb, 1,
                              rows[i].c, rows[i].ldc, NULL));
        REFUSED(rows[i].status, rows[i].words,
                abreast_sgemm(rows[i].layout, rows[i].transa, rows[i].transb, rows[i].m, rows[i].n,
                              rows[i].k, 1, rows[i].a, rows[i].lda, rows[i].b, rows[i].ldb, 1,
                              rows[i].c, rows[i].ldc, NULL));
    }
}

/* What is cut: as above, by function. */
static void bad_pieces(void)
{
    double *const real = &out.real;
    float *const single = &out.single;
    REFUSED(ABREAST_NULL, "x is null", abreast_dsum_parts(4, NULL, 1, real, NULL));
    REFUSED(ABREAST_NULL, "x is null", abreast_ssum_parts(4, NULL, 1, single, NULL));
    REFUSED(ABREAST_NULL, "y is null", abreast_ddot_parts(4, x, NULL, 1, real, NULL));
    REFUSED(ABREAST_NULL, "x is null", abreast_sdot_parts(4, NULL, xf, 1, single, NULL));
    REFUSED(ABREAST_NULL, "parts is null", abreast_dsum_parts(4, x, 1, NULL, NULL));
    REFUSED(ABREAST_NULL, "parts is null", abreast_ssum_parts(4, xf, 1, NULL, NULL));
    REFUSED(ABREAST_NULL, "parts is null", abreast_ddot_parts(4, x, x, 1, NULL, NULL));
    REFUSED(ABREAST_NULL, "parts is null", abreast_sdot_parts(4, xf, xf, 1, NULL, NULL));
    REFUSED(ABREAST_MISALIGNED, "parts", abreast_ddot_parts(4, x, x, 1, ODD(real), NULL));
    REFUSED(ABREAST_MISALIGNED, "x", abreast_dsum_parts(4, ODD(x), 1, real, NULL));
    REFUSED(ABREAST_ARGUMENT, "count = 0: must be 1, one for each chunk", abreast_dsum_parts(4, x, 0, real, NULL));
    REFUSED(ABREAST_ARGUMENT, "count = 2: must be 1", abreast_ssum_parts(4, xf, 2, out.singles, NULL));
    REFUSED(ABREAST_ARGUMENT, "count = 2: must be 1", abreast_ddot_parts(4, x, x, 2, out.reals, NULL));
    REFUSED(ABREAST_ARGUMENT, "count = 1: must be 0", abreast_sdot_parts(0, xf, xf, 1, single, NULL));
    REFUSED(ABREAST_OVERLAP, "parts overlaps x by 8 bytes", abreast_dsum_parts(4, out.reals, 1, out.reals + 3, NULL));
    REFUSED(ABREAST_OVERLAP, "parts overlaps y by 4 bytes", abreast_sdot_parts(4, xf, out.singles, 1, out.singles, NULL));
    for (size_t i = 0; i < sizeof huge / sizeof *huge; i++) {
        REFUSED(ABREAST_TOO_LARGE, "x", abreast_dsum_parts(huge[i], x, 1, real, NULL));
        REFUSED(ABREAST_TOO_LARGE, "parts", abreast_ddot_parts(4, x, x, huge[i], real, NULL));
        REFUSED(ABREAST_TOO_LARGE, "parts", abreast_sfold(huge[i], xf, single));
        REFUSED(ABREAST_TOO_LARGE, "x", abreast_suniform(huge[i], 1, out.singles));
    }
    REFUSED(ABREAST_TOO_LARGE, "bytes", abreast_hash(SIZE_MAX, "bytes", &out.hash));

    REFUSED(ABREAST_NULL, "parts is null", abreast_dfold(1, NULL, real));
    REFUSED(ABREAST_NULL, "result is null", abreast_dfold(1, x, NULL));
    REFUSED(ABREAST_MISALIGNED, "parts", abreast_dfold(1, ODD(x), real));
    REFUSED(ABREAST_NULL, "result is null", abreast_sfold(1, xf, NULL));
    REFUSED(ABREAST_MISALIGNED, "result", abreast_sfold(1, xf, ODD(single)));
    REFUSED(ABREAST_UNKNOWN, "unknown kernel with parts 'axpy'; known: sum, sum_f32, dot, dot_f32", abreast_chunk("axpy", &out.count));
    REFUSED(ABREAST_NULL, "kernel is null", abreast_chunk(NULL, &out.count));
    REFUSED(ABREAST_NULL, "elements is null", abreast_chunk("dot", NULL));
    REFUSED(ABREAST_TEXT, "kernel: invalid utf-8", abreast_chunk("d\xf6t", &out.count));

    REFUSED(ABREAST_NULL, "hits is null", abreast_pi_hits_range(0, 9, 1, NULL, NULL));
    REFUSED(ABREAST_MISALIGNED, "hits", abreast_pi_hits_range(0, 9, 1, ODD(&out.hash), NULL));
    REFUSED(ABREAST_ARGUMENT, "first + n = 9223372036854775807 + 1: must be at most 9223372036854775807",
            abreast_pi_hits_range(INT64_MAX, 1, 1, &out.hash, NULL));
    REFUSED(ABREAST_ARGUMENT, "first + n = ", abreast_pi_hits_range(UINT64_MAX, UINT64_MAX, 1, &out.hash, NULL));
    REFUSED(ABREAST_ARGUMENT, "first + rows = 1 + 4: must be at most 4, the rows of the view",
            abreast_escape_rows(&view, 1, 4, 16, out.counts, NULL));
    REFUSED(ABREAST_ARGUMENT, "first + rows = ", abreast_escape_rows(&view, UINT64_MAX, 2, 8, out.counts, NULL));
    REFUSED(ABREAST_ARGUMENT, "n = 9: must be 8, the pixels of the rows",
            abreast_escape_rows(&view, 1, 2, 9, out.counts, NULL));
    REFUSED(ABREAST_NULL, "view is null", abreast_escape_rows(NULL, 1, 2, 8, out.counts, NULL));
    REFUSED(ABREAST_NULL, "counts is null", abreast_escape_rows(&view, 1, 2, 8, NULL, NULL));
    REFUSED(ABREAST_MISALIGNED, "counts", abreast_escape_rows(&view, 1, 2, 8, ODD(out.counts), NULL));

    REFUSED(ABREAST_NULL, "x is null", abreast_duniform(1, 1, NULL));
    REFUSED(ABREAST_MISALIGNED, "x", abreast_duniform(1, 1, ODD(real)));
    REFUSED(ABREAST_NULL, "bytes is null", abreast_hash(1, NULL, &out.hash));
    REFUSED(ABREAST_NULL, "hash is null", abreast_hash(0, NULL, NULL));
}

/* Freed, freed twice, of another kind, never made. */
static void bad_handles(void)
{
    abreast_pool old_pool;
    abreast_sample old_sample;
    MUST(abreast_pool_new(1, &old_pool));
    MUST(abreast_pool_free(old_pool));
    MUST(abreast_sample_new("dot", 9, 1, &old_sample));
    MUST(abreast_sample_free(old_sample));
    REFUSED(ABREAST_HANDLE, "is freed", abreast_pool_free(old_pool));
    REFUSED(ABREAST_HANDLE, "is freed", abreast_pool_width(old_pool, &out.width));
    REFUSED(ABREAST_HANDLE, "is freed", abreast_sample_free(old_sample));
    REFUSED(ABREAST_HANDLE, "is freed", abreast_sample_run(old_sample, &out.hash, NULL));

    /* A new tenant of the same place is not the old one. */
    abreast_pool next;
    MUST(abreast_pool_new(1, &next));
    REFUSED(ABREAST_HANDLE, "is freed", abreast_pool_width(old_pool, &out.width));
    MUST(abreast_pool_free(next));

    const abreast_pool as_pool = {sample.id}, no_pool = {0};
    const abreast_sample as_sample = {pool.id}, no_sample = {0};
    REFUSED(ABREAST_HANDLE, "of a sample", abreast_pool_free(as_pool));
    REFUSED(ABREAST_HANDLE, "of a sample", abreast_pool_width(as_pool, &out.width));
    REFUSED(ABREAST_HANDLE, "of a pool", abreast_sample_free(as_sample));
    REFUSED(ABREAST_HANDLE, "of a pool", abreast_sample_run(as_sample, &out.hash, NULL));
    REFUSED(ABREAST_HANDLE, "never made", abreast_pool_width(no_pool, &out.width));
    REFUSED(ABREAST_HANDLE, "never made", abreast_sample_run(no_sample, &out.hash, NULL));
    MUST(abreast_pool_free(no_pool));
    MUST(abreast_sample_free(no_sample));
}

static void bad_questions(void)
{
    const size_t o = sizeof(abreast_options), v = sizeof(abreast_view);
    REFUSED(ABREAST_ABI_MISMATCH, "ABREAST_ABI = 3 in the header, 2 in the library",
            abreast_check_abi(ABREAST_ABI + 1, o, v));
    /* A program from when a variant was a number. */
    REFUSED(ABREAST_ABI_MISMATCH, "ABREAST_ABI = 1 in the header, 2 in the library",
            abreast_check_abi(1, 24, v));
    REFUSED(ABREAST_ABI_MISMATCH, "sizeof(abreast_options) = 31: must be 32, or one of [8, 16, 24]",
            abreast_check_abi(ABREAST_ABI, o - 1, v));
    REFUSED(ABREAST_ABI_MISMATCH, "sizeof(abreast_options) = 40: must be at most 32",
            abreast_check_abi(ABREAST_ABI, o + 8, v));
    REFUSED(ABREAST_ABI_MISMATCH, "sizeof(abreast_view)", abreast_check_abi(ABREAST_ABI, o, v + 8));
    CHECK(abreast_status_name(-1) == NULL && abreast_status_name(10) == NULL);
    CHECK(abreast_kernel_name(SIZE_MAX) == NULL && abreast_kernel_name(14) == NULL);
    CHECK(strcmp(abreast_status_name(ABREAST_HANDLE), "ABREAST_HANDLE") == 0);
    CHECK(strcmp(abreast_kernel_name(0), "range_sum") == 0);
}

/* Structs of older headers, from before some member was there: what is missing counts as if it were not
 * wanted, whatever lies behind in memory, and memory may end there. */
static void older_structs(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED && mprotect(pages + page, page, PROT_NONE) == 0);
    const size_t sizes[] = {offsetof(abreast_options, variant), offsetof(abreast_options, level),
                            offsetof(abreast_options, pool), sizeof(abreast_options)};
    const abreast_pool made_up = {UINT64_MAX};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        /* What is cut off is wrong: read, it would be refused. */
        abreast_options options = {sizes[s], "no such thing", 99, made_up};
        if (sizes[s] > offsetof(abreast_options, variant))
            options.variant = NULL;
        if (sizes[s] > offsetof(abreast_options, level))
            options.level = ABREAST_LEVEL_V1;
        if (sizes[s] > offsetof(abreast_options, pool))
            options.pool = pool;
        abreast_options *at_the_end = (abreast_options *)(void *)(pages + page - sizes[s]);
        memcpy((void *)at_the_end, &options, sizes[s]);
        for (size_t c = 0; c < sizeof CALLS / sizeof *CALLS; c++) {
            MUST(CALLS[c].run(&options));
            MUST(CALLS[c].run(at_the_end));
        }
        MUST(abreast_check_abi(ABREAST_ABI, sizes[s], sizeof(abreast_view)));
        /* What is there is still looked at. */
        if (sizes[s] > offsetof(abreast_options, variant)) {
            out = untouched;
            options.variant = "no such thing";
            REFUSED(ABREAST_UNKNOWN, "no such thing", ddot(&options));
        }
    }
    CHECK(munmap(pages, 2 * page) == 0);

    /* A view from before there were Julia sets. */
    uint32_t right[16], counts[16];
    abreast_view older = view;
    older.julia = 99;
    MUST(abreast_escape(&view, 16, right, NULL));
    older.size = offsetof(abreast_view, julia);
    MUST(abreast_escape(&older, 16, counts, NULL));
    CHECK(memcmp(right, counts, sizeof right) == 0);
    MUST(abreast_check_abi(ABREAST_ABI, sizeof(abreast_options), older.size));
    /* Without its limit of updates it is no picture. */
    out = untouched;
    older.size = offsetof(abreast_view, max_iter);
    REFUSED(ABREAST_ARGUMENT, "iter = 0", abreast_escape(&older, 16, out.counts, NULL));
}

/* The last error is asked for badly: that too is refused, and the text is kept. */
static void bad_last_error(void)
{
    const char *words = "n = -1: must be between 0 and 4294967296";
    (void)abreast_range_sum(-1, &out.integer, NULL);
    REFUSED(ABREAST_NULL, words, abreast_last_error(NULL, 4, &out.needed));
    REFUSED(ABREAST_MISALIGNED, words, abreast_last_error(out.text, 4, ODD(&out.needed)));
    REFUSED(ABREAST_TOO_LARGE, words, abreast_last_error(out.text, SIZE_MAX, &out.needed));
    CHECK(abreast_last_error(NULL, 0, NULL) == ABREAST_OK);

    char text[8] = "xxxxxxx";
    size_t needed = 0;
    MUST(abreast_last_error(text, 6, &needed));
    CHECK(memcmp(text, "n = -\0x", 8) == 0 && needed > strlen(words));
    MUST(abreast_last_error(text, 1, NULL));
    CHECK(text[0] == '\0');
}

/* What is not bad: no elements need no memory, and every good call does something. */
static void good_calls(void)
{
    MUST(ABREAST_CHECK_ABI());
    MUST(abreast_range_sums(0, NULL, NULL, NULL));
    MUST(abreast_daxpy(0, 2, NULL, NULL, NULL));
    MUST(abreast_saxpy(0, 2, NULL, NULL, NULL));
    MUST(abreast_dgemm(101, 111, 111, 0, 5, 5, 1, NULL, 5, x, 5, 0, NULL, 5, NULL));
    CHECK(memcmp(&out, &untouched, sizeof out) == 0);
    MUST(abreast_dsum(0, NULL, &out.real, NULL));
    MUST(abreast_ddot(0, NULL, NULL, &out.reals[0], NULL));
    CHECK(out.real == 0 && out.reals[0] == 0);
    MUST(abreast_dgemm(101, 111, 111, 2, 2, 0, 1, NULL, 1, NULL, 2, 0, out.reals, 2, NULL));
    CHECK(out.reals[0] == 0 && out.reals[3] == 0);
    abreast_options options = ABREAST_OPTIONS;
    options.pool = pool;
    for (size_t c = 0; c < sizeof CALLS / sizeof *CALLS; c++) {
        out = untouched;
        MUST(CALLS[c].run(&options));
        CHECK(memcmp(&out, &untouched, sizeof out) != 0);
    }
}

int main(void)
{
    memset(&untouched, 0x3c, sizeof untouched); /* small numbers, which a sum changes */
    memcpy(&out, &untouched, sizeof out);
    MUST(abreast_pool_new(2, &pool));
    MUST(abreast_sample_new("dot", 9, 1, &sample));
    bad_options();
    nearly_right_variants();
    names_at_the_end_of_memory();
    bad_variant_questions();
    every_variant_by_its_name();
    a_name_under_the_result();
    bad_results();
    bad_operands();
    bad_numbers();
    bad_views();
    bad_products();
    bad_pieces();
    bad_handles();
    bad_questions();
    bad_last_error();
    older_structs();
    good_calls();
    MUST(abreast_sample_free(sample));
    MUST(abreast_pool_free(pool));
    printf("%d refusals\n", refusals);
    return 0;
}
