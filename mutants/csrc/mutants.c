#include "mutants.h"

#include <fenv.h>
#include <sched.h>
#include <string.h>
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

void mutant_hidden_static(size_t n, const double *x, double *out)
{
    static double work[MUTANTS_CHUNK];
    static int inside;
    __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
    mutant_square(n, x, work);
    /* Lets another call come in between, if there is one: on one busy core too. */
    for (int i = 0; i < 100 && __atomic_load_n(&inside, __ATOMIC_SEQ_CST) < 2; i++)
        sched_yield();
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
