/* Example: a library, in place of yours. */
#include "status_codes.h"

#include <math.h>
#include <string.h>

typedef struct {
    size_t n;
    const double *terms;
} polynomial;

static double at(polynomial p, double x)
{
    double sum = 0.0;
    for (size_t i = p.n; i-- > 0;)
        sum = sum * x + p.terms[i];
    return sum;
}

static double simpson(polynomial p, double a, double b)
{
    return (b - a) / 6.0 * (at(p, a) + 4.0 * at(p, (a + b) / 2.0) + at(p, b));
}

/* Halves the interval until both halves agree with the whole. The depth is bounded: a tolerance below
 * what rounding allows is never reached. */
static int32_t refine(polynomial p, double a, double b, double tolerance, int depth, double *area)
{
    const double middle = a + (b - a) / 2.0;
    const double whole = simpson(p, a, b);
    const double left = simpson(p, a, middle), right = simpson(p, middle, b);
    if (fabs(left + right - whole) <= 15.0 * tolerance) {
        *area += left + right;
        return AB_QUAD_OK;
    }
    if (depth == 0)
        return AB_QUAD_NO_CONVERGENCE;
    const int32_t code = refine(p, a, middle, tolerance / 2.0, depth - 1, area);
    return code != AB_QUAD_OK ? code : refine(p, middle, b, tolerance / 2.0, depth - 1, area);
}

int32_t ab_quad(size_t n, const double *terms, double lower, double upper, double tolerance,
                double *area)
{
    if (n == 0)
        return AB_QUAD_NO_TERMS;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(terms[i]))
            return AB_QUAD_NOT_FINITE;
    if (!isfinite(lower) || !isfinite(upper))
        return AB_QUAD_NOT_FINITE;
    if (upper < lower)
        return AB_QUAD_REVERSED;
    if (!(tolerance > 0.0))
        return AB_QUAD_TOLERANCE;
    double sum = 0.0;
    const int32_t code = refine((polynomial){n, terms}, lower, upper, tolerance, 20, &sum);
    if (code == AB_QUAD_OK)
        *area = sum;
    return code;
}

static const char *meaning(int32_t code)
{
    switch (code) {
    case AB_QUAD_OK:
        return "all is well";
    case AB_QUAD_NO_TERMS:
        return "a polynomial needs a coefficient";
    case AB_QUAD_NOT_FINITE:
        return "a coefficient or a bound is not finite";
    case AB_QUAD_REVERSED:
        return "the upper bound is below the lower";
    case AB_QUAD_TOLERANCE:
        return "the tolerance is not above zero";
    case AB_QUAD_NO_CONVERGENCE:
        return "the tolerance was not reached";
    default:
        return "no code of this library";
    }
}

void ab_quad_text(int32_t code, char *text, size_t capacity)
{
    if (capacity == 0)
        return;
    const char *words = meaning(code);
    const size_t length = strlen(words);
    const size_t kept = length < capacity ? length : capacity - 1;
    memcpy(text, words, kept);
    text[kept] = '\0';
}
