/* Example: a library, in place of yours. */
#include "error_handlers.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static ab_lambert_error *on_error;
static ab_lambert_log *on_log;

void ab_lambert_set_error(ab_lambert_error *handler)
{
    on_error = handler;
}

void ab_lambert_set_log(ab_lambert_log *log)
{
    on_log = log;
}

static void fail(const char *reason, int line, int code)
{
    if (on_error == NULL) {
        fprintf(stderr, "ab_lambert: %s: the default handler aborts\n", reason);
        abort();
    }
    on_error(reason, "error_handlers.c", line, code);
}

__attribute__((format(printf, 2, 3))) static void say(int level, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (on_log != NULL) {
        on_log(level, format, arguments);
    } else if (level >= AB_LAMBERT_WARNING) {
        vfprintf(stderr, format, arguments);
        fputc('\n', stderr);
    }
    va_end(arguments);
}

/* Where Halley's iteration begins: near -1/e with the series around it. */
static double guess(double x)
{
    if (x < -0.25) {
        double rest = 2.0 * (2.718281828459045 * x + 1.0), p = rest > 0.0 ? sqrt(rest) : 0.0;
        return -1.0 + p - p * p / 3.0;
    }
    double l = log1p(x);
    return l * (1.0 - log1p(l) / (2.0 + l));
}

double ab_lambert(double x)
{
    const double branch = -0.36787944117144233;
    if (isnan(x) || x < branch) {
        if (isnan(x))
            fail("x is no number", __LINE__, AB_LAMBERT_NAN);
        else
            fail("x is below -1/e", __LINE__, AB_LAMBERT_DOMAIN);
        say(AB_LAMBERT_DEBUG, "no value at x = %.17g", x);
        return NAN;
    }
    if (isinf(x))
        return x;
    if (x < branch + 1e-6)
        say(AB_LAMBERT_WARNING,
            "x = %.17g is close to the branch point %.17g, where the derivative of W has no bound: "
            "about half of the digits of the result are lost",
            x, branch);
    double w = guess(x);
    for (int i = 1; i <= 50 && w > -1.0 + 1e-7; i++) {
        /* Divided by exp(w), which would be as large as x. */
        double f = w - x * exp(-w);
        double step = f / (w + 1.0 - (w + 2.0) * f / (2.0 * w + 2.0));
        w -= step;
        say(AB_LAMBERT_DEBUG, "iteration %d: w = %.17g", i, w);
        if (fabs(step) <= 4.0 * DBL_EPSILON * fabs(w))
            break;
    }
    return w;
}
