/* Every kernel, variant, level and place, in every floating-point environment that a program can have:
 * one hash, the modes as they were, and no flag that says something which is not so. */
#define _GNU_SOURCE /* feenableexcept */
#include "check.h"

#include <fenv.h>
#include <math.h>

enum { N = 66001, ROWS = 260, COLS = 20, TERMS = 50, WIDTH = 40, PIXELS = WIDTH * WIDTH };

#if defined(__x86_64__)
#include <xmmintrin.h>
#define LOUD_FLAGS (_MM_EXCEPT_INVALID | _MM_EXCEPT_DIV_ZERO | _MM_EXCEPT_OVERFLOW)

/* The modes of both units. */
typedef struct modes {
    unsigned sse;
    unsigned short x87;
} modes;

static modes modes_now(void)
{
    modes now = {_mm_getcsr() & ~(unsigned)_MM_EXCEPT_MASK, 0};
    __asm__ volatile("fnstcw %0" : "=m"(now.x87));
    return now;
}

static void set_x87(unsigned short word) { __asm__ volatile("fldcw %0" : : "m"(word)); }

static int same(modes a, modes b) { return a.sse == b.sse && a.x87 == b.x87; }

static void flush_subnormals(void) { _mm_setcsr(_mm_getcsr() | 0x8040); }
/* Single precision, upwards. */
static void old_unit(void) { set_x87(0x087f); }
/* The old unit alone traps. */
static void old_unit_traps(void) { set_x87(0x0372); }

static void clear_flags(void)
{
    _mm_setcsr(_mm_getcsr() & ~(unsigned)_MM_EXCEPT_MASK);
    __asm__ volatile("fnclex");
}

static unsigned loud_flags(void)
{
    unsigned short status;
    __asm__ volatile("fnstsw %0" : "=m"(status));
    return (_mm_getcsr() | status) & LOUD_FLAGS;
}

static void raise_flags(void) { _mm_setcsr(_mm_getcsr() | LOUD_FLAGS); }
static int are_raised(void) { return (_mm_getcsr() & LOUD_FLAGS) == LOUD_FLAGS; }
#else
typedef struct modes {
    int rounding, traps;
} modes;

static modes modes_now(void) { return (modes){fegetround(), fegetexcept()}; }
static int same(modes a, modes b) { return a.rounding == b.rounding && a.traps == b.traps; }
#define LOUD_FLAGS (FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW)
static void clear_flags(void) { feclearexcept(FE_ALL_EXCEPT); }
static unsigned loud_flags(void) { return (unsigned)fetestexcept(LOUD_FLAGS); }
static void raise_flags(void) { feraiseexcept(LOUD_FLAGS); }
static int are_raised(void) { return fetestexcept(LOUD_FLAGS) == LOUD_FLAGS; }
#endif

static void usual(void) { CHECK(fesetenv(FE_DFL_ENV) == 0); }
static void upward(void) { CHECK(fesetround(FE_UPWARD) == 0); }
static void downward(void) { CHECK(fesetround(FE_DOWNWARD) == 0); }
static void towards_zero(void) { CHECK(fesetround(FE_TOWARDZERO) == 0); }
static void traps(void)
{
    feclearexcept(FE_ALL_EXCEPT);
    /* Where the hardware cannot trap this changes nothing. */
    (void)feenableexcept(FE_ALL_EXCEPT);
}

static const struct {
    const char *name;
    void (*set)(void);
} MODES[] = {
    {"usual", usual},
    {"upward", upward},
    {"downward", downward},
    {"towards zero", towards_zero},
    {"traps", traps},
#if defined(__x86_64__)
    {"flush subnormals", flush_subnormals},
    {"old unit", old_unit},
    {"old unit traps", old_unit_traps},
#endif
};

static double x[N], y[N], z[N], huge[N];
static float xf[N], yf[N], zf[N];
static int64_t limits[64];
static uint32_t counts[PIXELS];
/* Written as text, so that no arithmetic of a test program decides what it is. */
static const double TINY = 5e-320;
static const float TINY_F = 5e-42F;

static uint64_t hash_of(const void *bytes, size_t count)
{
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ ((const unsigned char *)bytes)[i]) * 1099511628211U;
    return hash;
}

typedef const abreast_options *how;

/* Which row of each kernel's table of variants is tried now. */
static size_t row;
enum { DEFAULT_ROW = 1000 };

static size_t variants_of(const char *kernel)
{
    size_t count;
    MUST(abreast_variant_count(kernel, &count));
    CHECK(count >= 1 && count < DEFAULT_ROW);
    return count;
}

/* The same options with that row of this kernel; where there are fewer rows, one more time from the
 * first on. */
static abreast_options with_row(const char *kernel, how o)
{
    abreast_options own = *o;
    own.variant = NULL;
    if (row != DEFAULT_ROW)
        MUST(abreast_variant_name(kernel, row % variants_of(kernel), &own.variant));
    return own;
}

static uint64_t range_sum(how o)
{
    int64_t sum;
    MUST(abreast_range_sum(N, &sum, o));
    return (uint64_t)sum;
}
static uint64_t range_sums(how o)
{
    int64_t sums[64];
    MUST(abreast_range_sums(64, limits, sums, o));
    return hash_of(sums, sizeof sums);
}
static uint64_t conditional(how o)
{
    int64_t sum;
    MUST(abreast_conditional_range_sum(N, &sum, o));
    return (uint64_t)sum;
}
static uint64_t arange(how o)
{
    double sum;
    MUST(abreast_sum_arange(N, &sum, o));
    return hash_of(&sum, sizeof sum);
}
static uint64_t dsum(how o)
{
    double sum[2];
    MUST(abreast_dsum(N, x, &sum[0], o));
    MUST(abreast_dsum(1, &TINY, &sum[1], o));
    return hash_of(sum, sizeof sum);
}
static uint64_t ssum(how o)
{
    float sum[2];
    MUST(abreast_ssum(N, xf, &sum[0], o));
    MUST(abreast_ssum(1, &TINY_F, &sum[1], o));
    return hash_of(sum, sizeof sum);
}
static uint64_t ddot(how o)
{
    double dot[2];
    MUST(abreast_ddot(N, x, y, &dot[0], o));
    /* The last of y is so small that the product is subnormal. */
    MUST(abreast_ddot(1, x + N - 1, y + N - 1, &dot[1], o));
    return hash_of(dot, sizeof dot);
}
static uint64_t sdot(how o)
{
    float dot[2];
    MUST(abreast_sdot(N, xf, yf, &dot[0], o));
    MUST(abreast_sdot(1, xf + N - 1, yf + N - 1, &dot[1], o));
    return hash_of(dot, sizeof dot);
}
static uint64_t daxpy(how o)
{
    memcpy(z, y, sizeof z);
    MUST(abreast_daxpy(N, 0.1, x, z, o));
    return hash_of(z, sizeof z);
}
static uint64_t saxpy(how o)
{
    memcpy(zf, yf, sizeof zf);
    MUST(abreast_saxpy(N, 0.1F, xf, zf, o));
    return hash_of(zf, sizeof zf);
}
static uint64_t dgemm(how o)
{
    memcpy(z, y, sizeof z);
    MUST(abreast_dgemm(101, 111, 111, ROWS, COLS, TERMS, 0.1, x, TERMS, y, COLS, 0.3, z, COLS, o));
    /* Columns, a gap between them, and a beta that is not 0: c is copied to and fro. */
    double *c = z + ROWS * COLS;
    for (int i = 0; i < 30; i++)
        c[i] = 1e300;
    MUST(abreast_dgemm(102, 111, 112, 3, 3, 3, 0, x, 5, y, 5, TINY, c, 10, o));
    return hash_of(z, sizeof z);
}
static uint64_t sgemm(how o)
{
    memcpy(zf, yf, sizeof zf);
    MUST(abreast_sgemm(101, 111, 111, ROWS, COLS, TERMS, 0.1F, xf, TERMS, yf, COLS, 0.3F, zf, COLS,
                       o));
    float *c = zf + ROWS * COLS;
    for (int i = 0; i < 60; i++)
        c[i] = 1e30F;
    MUST(abreast_sgemm(102, 111, 112, 3, 3, 3, TINY_F, xf, 5, c, 5, TINY_F, c + 20, 10, o));
    return hash_of(zf, sizeof zf);
}
static uint64_t pi_hits(how o)
{
    uint64_t hits;
    MUST(abreast_pi_hits(N, 1, &hits, o));
    return hits;
}
static uint64_t escape(how o)
{
    abreast_view view = {sizeof(abreast_view), -0.7, 0.1, 3, 2.5, -0.8, 0.16, WIDTH, WIDTH, 200, 0};
    MUST(abreast_escape(&view, PIXELS, counts, o));
    const uint64_t mandelbrot = hash_of(counts, sizeof counts);
    view.julia = 1;
    MUST(abreast_escape(&view, PIXELS, counts, o));
    return mandelbrot ^ hash_of(counts, sizeof counts) * 3;
}
/* Parts and their fold, which must be what the kernel itself gives. */
static uint64_t dparts(how o)
{
    enum { COUNT = 2 }; /* of 65536 elements */
    double parts[COUNT], dot[2];
    MUST(abreast_ddot_parts(N, x, y, COUNT, parts, o));
    MUST(abreast_dfold(COUNT, parts, &dot[0]));
    MUST(abreast_ddot(N, x, y, &dot[1], o));
    CHECK(memcmp(&dot[0], &dot[1], sizeof *dot) == 0);
    MUST(abreast_dfold(1, &TINY, &dot[1]));
    return hash_of(dot, sizeof dot);
}
static uint64_t sparts(how o)
{
    float parts[2], sum[2];
    MUST(abreast_ssum_parts(N, xf, 2, parts, o));
    MUST(abreast_sfold(2, parts, &sum[0]));
    MUST(abreast_ssum(N, xf, &sum[1], o));
    CHECK(memcmp(&sum[0], &sum[1], sizeof *sum) == 0);
    return hash_of(sum, sizeof *sum);
}
static uint64_t rows(how o)
{
    abreast_view view = {sizeof(abreast_view), -0.7, 0.1, 3, 2.5, -0.8, 0.16, WIDTH, WIDTH, 200, 0};
    MUST(abreast_escape_rows(&view, 7, 20, 20 * WIDTH, counts, o));
    return hash_of(counts, 20 * WIDTH * sizeof *counts);
}
/* Sums that overflow, and one that is not a number. */
static uint64_t beyond(how o)
{
    double dot[2];
    const abreast_options for_dot = with_row("dot", o), for_sum = with_row("sum", o);
    MUST(abreast_ddot(N, huge, huge, &dot[0], &for_dot));
    const double both[2] = {HUGE_VAL, -HUGE_VAL};
    MUST(abreast_dsum(2, both, &dot[1], &for_sum));
    CHECK(hash_of(&dot[0], 8) == hash_of(both, 8));
    return hash_of(dot, sizeof *dot);
}

/* Every kernel by its name, on operands that the library makes. */
static uint64_t by_name(how o)
{
    uint64_t all = 0;
    for (size_t i = 0; abreast_kernel_name(i) != NULL; i++) {
        const char *name = abreast_kernel_name(i);
        const int64_t n = strncmp(name, "gemm", 4) == 0         ? 70
                          : strcmp(name, "escape") == 0     ? 1024
                          : strcmp(name, "range_sums") == 0 ? 50
                                                            : 66001;
        const abreast_options own = with_row(name, o);
        abreast_sample sample;
        uint64_t hash;
        MUST(abreast_sample_new(name, n, 7, &sample));
        MUST(abreast_sample_run(sample, &hash, &own));
        MUST(abreast_sample_free(sample));
        all = all * 31 + hash;
    }
    return all;
}
/* What is refused leaves everything as it was, too. */
static uint64_t refused(how o)
{
    double sum = 1;
    const abreast_options for_arange = with_row("sum_arange", o), for_dot = with_row("dot", o);
    CHECK(abreast_sum_arange(UINT64_MAX, &sum, &for_arange) == ABREAST_ARGUMENT);
    CHECK(abreast_ddot(3, NULL, x, &sum, &for_dot) == ABREAST_NULL);
    abreast_options unknown = for_dot;
    unknown.variant = "no such variant";
    CHECK(abreast_ddot(3, x, x, &sum, &unknown) == ABREAST_UNKNOWN);
    return hash_of(&sum, sizeof sum);
}

/* The kernel is the one whose variants the options name; what calls several kernels has none, and
 * names them itself. */
static const struct {
    const char *name, *kernel;
    uint64_t (*run)(how);
} CALLS[] = {{"range_sum", "range_sum", range_sum},
             {"range_sums", "range_sums", range_sums},
             {"conditional", "conditional_range_sum", conditional},
             {"sum_arange", "sum_arange", arange},
             {"dsum", "sum", dsum},
             {"ssum", "sum_f32", ssum},
             {"ddot", "dot", ddot},
             {"sdot", "dot_f32", sdot},
             {"daxpy", "axpy", daxpy},
             {"saxpy", "axpy_f32", saxpy},
             {"dgemm", "gemm", dgemm},
             {"sgemm", "gemm_f32", sgemm},
             {"pi_hits", "pi", pi_hits},
             {"escape", "escape", escape},
             {"parts of ddot", "dot", dparts},
             {"parts of ssum", "sum_f32", sparts},
             {"rows of escape", "escape", rows},
             {"overflow", NULL, beyond},
             {"by name", NULL, by_name},
             {"refused", NULL, refused}};
enum { KINDS = sizeof CALLS / sizeof *CALLS, ENVIRONMENTS = sizeof MODES / sizeof *MODES };

static int wrong, calls;

static void try_call(size_t kind, const char *mode, how options, const char *place, uint64_t right)
{
    abreast_options own = *options;
    if (CALLS[kind].kernel != NULL)
        own = with_row(CALLS[kind].kernel, options);
    const modes before = modes_now();
    clear_flags();
    const uint64_t hash = CALLS[kind].run(&own);
    const unsigned flags = loud_flags();
    const modes after = modes_now();
    raise_flags();
    const int still = CALLS[kind].run(&own) == hash && are_raised();
    clear_flags();
    calls++;
    const char *what = !same(before, after) ? "the modes have changed"
                       : flags != 0         ? "a flag stayed behind"
                       : !still             ? "a flag is gone, or the bits are others"
                       : hash != right      ? "other bits"
                                            : NULL;
    if (what == NULL)
        return;
    fenv_t here;
    CHECK(fegetenv(&here) == 0);
    usual();
    fprintf(stderr, "%s, variant %s (row %d), level %d, %s, %s: %s (flags %x)\n", CALLS[kind].name,
            own.variant == NULL ? "-" : own.variant, (int)row, own.level, place, mode, what, flags);
    if (++wrong > 40)
        exit(1);
    CHECK(fesetenv(&here) == 0);
}

/* The length of the longest table of variants. */
static size_t most_variants(void)
{
    size_t most = 0;
    for (size_t i = 0; abreast_kernel_name(i) != NULL; i++) {
        const size_t count = variants_of(abreast_kernel_name(i));
        most = count > most ? count : most;
    }
    return most;
}

static void fill(void)
{
    for (int i = 0; i < N; i++) {
        x[i] = (double)(i % 1009 * 7919 % 1009 - 500) / 300 + 0.1;
        y[i] = (double)(i % 997 * 1049 % 997 - 490) / 700 + 0.01;
        xf[i] = (float)x[i];
        yf[i] = (float)y[i];
        huge[i] = 1e200;
    }
    x[N - 1] = 1e-160;
    y[N - 1] = 2e-150;
    xf[N - 1] = 1e-20F;
    yf[N - 1] = 2e-20F;
    x[17] = TINY;
    xf[17] = TINY_F;
    for (int i = 0; i < 64; i++)
        limits[i] = 100 + i;
}

int main(void)
{
    fill();
    const size_t most = most_variants();
    abreast_pool early;
    MUST(abreast_pool_new(2, &early));
    const abreast_level levels[] = {ABREAST_LEVEL_BEST, ABREAST_LEVEL_V1};
    for (size_t l = 0; l < sizeof levels / sizeof *levels; l++) {
        abreast_options options = ABREAST_OPTIONS;
        options.level = levels[l];
        if (abreast_range_sum(1, &limits[0], &options) == ABREAST_LEVEL)
            continue;
        uint64_t right[KINDS];
        row = DEFAULT_ROW;
        for (size_t k = 0; k < KINDS; k++)
            right[k] = CALLS[k].run(&options);
        for (size_t m = 0; m < ENVIRONMENTS; m++) {
            for (row = 0; row < most; row++) {
                /* Serially, on a pool from before, and on one made in this environment. */
                MODES[m].set();
                abreast_pool late;
                MUST(abreast_pool_new(2, &late));
                const struct {
                    abreast_pool pool;
                    const char *name;
                } places[] = {{{0}, "serially"}, {early, "on an early pool"}, {late, "on a late pool"}};
                for (size_t p = 0; p < 3; p++) {
                    options.pool = places[p].pool;
                    for (size_t k = 0; k < KINDS; k++)
                        try_call(k, MODES[m].name, &options, places[p].name, right[k]);
                }
                usual();
                /* Its threads come from that environment, the caller does not. */
                options.pool = late;
                for (size_t k = 0; k < KINDS; k++)
                    try_call(k, "usual again", &options, "on a late pool", right[k]);
                MUST(abreast_pool_free(late));
            }
        }
    }
    MUST(abreast_pool_free(early));
    CHECK(wrong == 0);
    printf("%d calls\n", calls);
    return 0;
}
