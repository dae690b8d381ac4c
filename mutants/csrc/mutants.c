#define _GNU_SOURCE
#include "mutants.h"

#include <fenv.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

void mutant_square(size_t n, const double *x, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] * x[i];
}

void mutant_writes_after(size_t n, const double *x, double *out)
{
    mutant_square(n, x, out);
    out[n] = 1.0;
}

void mutant_writes_before(size_t n, const double *x, double *out)
{
    mutant_square(n, x, out);
    out[-1] = 1.0;
}

void mutant_changes_input(size_t n, const double *x, double *out)
{
    mutant_square(n, x, out);
    if (n > 0)
        memcpy((double *)x, out, n * sizeof *out);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Lets another call come in between, if there is one: on one busy core too. Beside busy programs one turn of theirs may take
 * 20 ms: then one is enough. */
static void let_another_in(const int *inside)
{
    const double until = seconds() + 2e-3;
    for (int i = 0; i < 100 && __atomic_load_n(inside, __ATOMIC_SEQ_CST) < 2 && seconds() < until; i++)
        sched_yield();
}

void mutant_hidden_static(size_t n, const double *x, double *out)
{
    static double work[MUTANTS_CHUNK];
    static int inside;
    __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    mutant_square(n, x, work);
    let_another_in(&inside);
    memcpy(out, work, n * sizeof *out);
    __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
}

void mutant_leaves_ftz(size_t n, const double *x, double *out)
{
    mutant_square(n, x, out);
#if defined(__SSE2__)
    _mm_setcsr(_mm_getcsr() | 0x8000);
#elif defined(__aarch64__)
    unsigned long fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    __asm__ volatile("msr fpcr, %0" : : "r"(fpcr | 1ul << 24));
#else
#error "how does this architecture flush subnormal numbers to zero?"
#endif
}

void mutant_leaves_rounding(size_t n, const double *x, double *out)
{
    mutant_square(n, x, out);
    fesetround(FE_UPWARD);
}

void mutant_static_double(size_t n, const double *x, double *out)
{
    static volatile double number;
    static int inside;
    __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    for (size_t i = 0; i < n; i++) {
        number = x[i];
        if (i % 512 == 7)
            let_another_in(&inside);
        out[i] = number * number;
    }
    __atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
}

void mutant_leaves_x87(size_t n, const double *x, double *out)
{
    mutant_square(n, x, out);
#if defined(__x86_64__) || defined(__i386__)
    unsigned short word;
    __asm__ volatile("fnstcw %0" : "=m"(word));
    word = (unsigned short)((word & ~0x300) | 0x200);
    __asm__ volatile("fldcw %0" : : "m"(word));
#else
    fesetround(FE_UPWARD);
#endif
}

void mutant_blocks_signal(size_t n, const double *x, double *out)
{
    sigset_t set;
    mutant_square(n, x, out);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}
