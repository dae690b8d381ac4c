/* One bug per function, of the kinds that a variant in C could have. `n` and `k` come from the caller,
 * so the compiler cannot see that they are wrong. Never linked into the crate. */
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A variant that reads one element too many. */
double bug_heap_read(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i <= n; i++)
        sum += x[i];
    return sum;
}

/* A variant that writes one element past its slice. */
void bug_heap_write(double *x, size_t n)
{
    for (size_t i = 0; i <= n; i++)
        x[i] = 1;
}

/* A tail that reads whole vectors, in a function with an attribute as the crate's levels have. */
#if defined(__x86_64__)
__attribute__((target("arch=x86-64-v3")))
#endif
double bug_wide_tail(const double *x, size_t n)
{
    double acc[4] = {0};
    for (size_t i = 0; i < n; i += 4)
        for (size_t j = 0; j < 4; j++)
            acc[j] += x[i + j];
    return acc[0] + acc[1] + acc[2] + acc[3];
}

/* Lanes on the stack, one too few. The pointer is volatile so that the array's bound is not known
 * where it is used, as after a call: UndefinedBehaviorSanitizer would find it first (bug_index). */
double bug_stack_write(size_t n)
{
    double acc[8];
    double *volatile at = acc;
    for (size_t i = 0; i < n; i++)
        at[i] = (double)i;
    return at[n / 2];
}

static int table[16];

int bug_global_read(size_t k)
{
    int *volatile at = table;
    return at[k];
}

/* A pointer to what Rust has given back. */
double bug_use_after_free(const double *x)
{
    return x[0];
}

static double *volatile left_on_stack;

static __attribute__((noinline)) void leave_on_stack(void)
{
    volatile double local[4] = {1, 2, 3, 4};
    left_on_stack = (double *)local;
}

double bug_use_after_return(void)
{
    leave_on_stack();
    return left_on_stack[1];
}

void bug_double_free(void)
{
    void *volatile p = malloc(64);
    free(p);
    free(p);
}

void bug_free_inside(void)
{
    char *volatile p = malloc(64);
    free(p + 8);
}

/* The only pointer is lost on purpose; the length keeps the call from being optimised away. */
size_t bug_leak(size_t n)
{
    char *volatile p = malloc(n);
    memset(p, 1, n);
    size_t last = (size_t)p[n - 1];
    p = NULL;
    return last;
}

void bug_overlap(char *p, size_t n)
{
    void *(*volatile copy)(void *, const void *, size_t) = memcpy;
    copy(p + 1, p, n);
}

int64_t bug_signed_overflow(int64_t k)
{
    return INT64_MAX - 1 + k;
}

uint32_t bug_shift(uint32_t k)
{
    return UINT32_C(1) << k;
}

double bug_misaligned(const char *p)
{
    return *(const double *)(p + 1);
}

int bug_division(int k)
{
    return 42 / k;
}

int bug_most_negative(int k)
{
    return INT_MIN / k;
}

double bug_null(const double *x)
{
    return x[0];
}

int bug_index(size_t k)
{
    static volatile int grid[4][4];
    return grid[0][k];
}

int bug_bool(const unsigned char *p)
{
    _Bool b;
    memcpy(&b, p, 1);
    return b ? 1 : 2;
}

int bug_unreachable(int k)
{
    if (k == 3)
        __builtin_unreachable();
    return k;
}

int bug_negative_length(int k)
{
    volatile int lanes[k];
    lanes[0] = 1;
    return lanes[0];
}
