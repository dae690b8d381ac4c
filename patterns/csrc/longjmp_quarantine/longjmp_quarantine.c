/* Pattern: a setjmp in what is called from outside, and each longjmp below it. The decomposition is the example; it is not
 * marked apart, since its lines are those that jump. */
#include "longjmp_quarantine.h"

#include <math.h>
#include <setjmp.h>

/* One decomposition. The way out lies in it, not in a global: calls may nest and run side by side. */
struct work {
    jmp_buf out;
    size_t n;
    ab_cholesky_fn element;
    void *user;
    double *l;
};

/* The callback has returned before anything jumps: its frame is not jumped over. */
static double element(struct work *work, size_t i, size_t j)
{
    double a;
    if (work->element(work->user, i, j, &a) != 0)
        longjmp(work->out, AB_CHOLESKY_REFUSED);
    return a;
}

static double root(struct work *work, double x)
{
    if (!(x > 0.0))
        longjmp(work->out, AB_CHOLESKY_INDEFINITE);
    return sqrt(x);
}

static void row(struct work *work, size_t i)
{
    double *l = work->l;
    const size_t n = work->n;
    for (size_t j = 0; j <= i; j++) {
        double rest = element(work, i, j);
        for (size_t k = 0; k < j; k++)
            rest -= l[i * n + k] * l[j * n + k];
        l[i * n + j] = i == j ? root(work, rest) : rest / l[j * n + j];
    }
}

int32_t ab_cholesky(size_t n, ab_cholesky_fn element, void *user, double *l)
{
    struct work work = {.n = n, .element = element, .user = user, .l = l};
    /* A jump arrives here; nothing that it needs has changed since. */
    switch (setjmp(work.out)) {
    case 0:
        break;
    case AB_CHOLESKY_REFUSED:
        return AB_CHOLESKY_REFUSED;
    default:
        return AB_CHOLESKY_INDEFINITE;
    }
    for (size_t i = 0; i < n; i++)
        row(&work, i);
    return AB_CHOLESKY_OK;
}
