/* Example: a minimiser that says in a number why it stopped. */
#ifndef AB_ENUMS_AS_INTEGERS_H
#define AB_ENUMS_AS_INTEGERS_H

#include <stdint.h>

/* Why it stopped. A later release may have more reasons: be ready for numbers that are not here. */
typedef int32_t ab_stop;
#define AB_STOP_CONVERGED 0 /* the interval is as small as was asked for */
#define AB_STOP_STEPS 1     /* no step was left */
#define AB_STOP_STALLED 2   /* the interval cannot become smaller in this arithmetic */

/* How to place the next point. */
typedef int32_t ab_rule;
#define AB_RULE_GOLDEN 0 /* golden section */
#define AB_RULE_THIRDS 1 /* at both thirds */

/* Not a reason to stop: what was asked for makes no sense (a rule that is not above, a centre that is not
   finite, an interval that is none, a tolerance below 0 or not a number). *x is not touched then. */
#define AB_STOP_REFUSED (-1)

/* Minimises (x - centre)^2 on [low, high]: writes the place, which is
   in the interval, to *x and returns why it stopped. Any number of steps will do; 0 and less are none. x
   must not be null. Keeps nothing; any thread. */
ab_stop ab_minimise(double centre, double low, double high, double tolerance, int32_t steps,
                    ab_rule rule, double *x);

#endif
