/* Example: a library, in place of yours. */
#include "thread_contracts.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

struct ab_dct_plan {
    size_t n;
    double cosines[4 * AB_DCT_MOST];
};

static void tabulate(ab_dct_plan *plan, size_t n)
{
    for (size_t i = 0; i < 4 * n; i++)
        plan->cosines[i] = cos(3.14159265358979323846 * (double)i / (double)(2 * n));
    plan->n = n;
}

static int is_size(size_t n)
{
    return n >= 1 && n <= AB_DCT_MOST;
}

ab_dct_plan *ab_dct_plan_new(size_t n)
{
    ab_dct_plan *plan = is_size(n) ? malloc(sizeof *plan) : NULL;
    if (plan != NULL)
        tabulate(plan, n);
    return plan;
}

void ab_dct_plan_free(ab_dct_plan *plan)
{
    free(plan);
}

void ab_dct_plan_run(const ab_dct_plan *plan, const double *x, double *out)
{
    size_t n = plan->n;
    for (size_t k = 0; k < n; k++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++)
            sum += x[j] * plan->cosines[(2 * j + 1) * k % (4 * n)];
        out[k] = sum;
    }
}

struct ab_dct_context {
    ab_dct_plan plan;
};

ab_dct_context *ab_dct_context_new(void)
{
    return calloc(1, sizeof(ab_dct_context));
}

void ab_dct_context_free(ab_dct_context *context)
{
    free(context);
}

static int32_t plan_for(ab_dct_plan *plan, size_t n)
{
    if (!is_size(n))
        return AB_DCT_SIZE;
    if (plan->n != n)
        tabulate(plan, n);
    return AB_DCT_OK;
}

int32_t ab_dct_context_run(ab_dct_context *context, size_t n, const double *x, double *out)
{
    int32_t status = plan_for(&context->plan, n);
    if (status == AB_DCT_OK)
        ab_dct_plan_run(&context->plan, x, out);
    return status;
}

/* Everybody's, and neither atomic nor locked. */
static ab_dct_plan cache;

int32_t ab_dct_global_plan(size_t n)
{
    return plan_for(&cache, n);
}

void ab_dct_global_run(const double *x, double *out)
{
    ab_dct_plan_run(&cache, x, out);
}

struct ab_dct_affine {
    uint64_t owner;
    ab_dct_plan plan;
};

/* Threads by a number that is never given twice: pthread_self and gettid are, once a thread has ended. */
static uint64_t this_thread(void)
{
    static _Atomic uint64_t last;
    static _Thread_local uint64_t mine;
    if (mine == 0)
        mine = atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
    return mine;
}

ab_dct_affine *ab_dct_affine_new(size_t n)
{
    ab_dct_affine *affine = is_size(n) ? malloc(sizeof *affine) : NULL;
    if (affine != NULL) {
        affine->owner = this_thread();
        tabulate(&affine->plan, n);
    }
    return affine;
}

int32_t ab_dct_affine_free(ab_dct_affine *affine)
{
    if (affine->owner != this_thread())
        return AB_DCT_WRONG_THREAD;
    free(affine);
    return AB_DCT_OK;
}

int32_t ab_dct_affine_run(ab_dct_affine *affine, const double *x, double *out)
{
    if (affine->owner != this_thread())
        return AB_DCT_WRONG_THREAD;
    ab_dct_plan_run(&affine->plan, x, out);
    return AB_DCT_OK;
}
