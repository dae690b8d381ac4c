/* Example: a library, in place of yours. */
#include "enums_as_integers.h"

#include <math.h>

/* The root of what is minimised: as large or small in the same places, and the square may overflow. */
static double at(double centre, double x)
{
    return fabs(0.5 * x - 0.5 * centre);
}

ab_stop ab_minimise(double centre, double low, double high, double tolerance, int32_t steps,
                    ab_rule rule, double *x)
{
    if (rule != AB_RULE_GOLDEN && rule != AB_RULE_THIRDS)
        return AB_STOP_REFUSED;
    if (!isfinite(centre) || !isfinite(low) || !isfinite(high) || !(low <= high) || !(tolerance >= 0.0))
        return AB_STOP_REFUSED;
    const double part = rule == AB_RULE_GOLDEN ? 0.3819660112501051 : 1.0 / 3.0;
    ab_stop stop = AB_STOP_CONVERGED;
    while (high - low > tolerance) {
        /* Not low + part * (high - low): the difference may be more than there are numbers. */
        const double left = (1.0 - part) * low + part * high, right = part * low + (1.0 - part) * high;
        /* Not steps-- <= 0: the smallest number has none below it. */
        if (steps <= 0) {
            stop = AB_STOP_STEPS;
            break;
        }
        steps--;
        if (!(low < left && left < right && right < high)) {
            stop = AB_STOP_STALLED;
            break;
        }
        if (at(centre, left) <= at(centre, right))
            high = right;
        else
            low = left;
    }
    *x = 0.5 * low + 0.5 * high;
    return stop;
}
