#include "enums_as_integers.h"

#include <math.h>

static double at(double centre, double x)
{
    return (x - centre) * (x - centre);
}

ab_stop ab_minimise(double centre, double low, double high, double tolerance, int32_t steps,
                    ab_rule rule, double *x)
{
    if (rule != AB_RULE_GOLDEN && rule != AB_RULE_THIRDS)
        return AB_STOP_REFUSED;
    if (!isfinite(low) || !isfinite(high) || !(low <= high) || !(tolerance >= 0.0))
        return AB_STOP_REFUSED;
    const double part = rule == AB_RULE_GOLDEN ? 0.3819660112501051 : 1.0 / 3.0;
    ab_stop stop = AB_STOP_CONVERGED;
    while (high - low > tolerance) {
        const double left = low + part * (high - low), right = high - part * (high - low);
        if (steps-- <= 0) {
            stop = AB_STOP_STEPS;
            break;
        }
        if (!(low < left && left < right && right < high)) {
            stop = AB_STOP_STALLED;
            break;
        }
        if (at(centre, left) <= at(centre, right))
            high = right;
        else
            low = left;
    }
    *x = low + 0.5 * (high - low);
    return stop;
}
