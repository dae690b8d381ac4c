/* Example: a library, in place of yours. */
#include "process_fence.h"

#include <stddef.h>

typedef struct {
    double at, weight;
} point;

static const point two[] = {{-0.57735026918962576, 1}, {0.57735026918962576, 1}};
static const point three[] = {
    {-0.77459666924148338, 5.0 / 9}, {0, 8.0 / 9}, {0.77459666924148338, 5.0 / 9}};

static const point *rule(uint64_t points)
{
    /* Looks for a rule until there is one. */
    for (volatile uint64_t found = points;; found = points) {
        if (found == 2)
            return two;
        if (found == 3)
            return three;
        if (found > 3)
            return NULL;
    }
}

double ab_integrate(const ab_integral *integral)
{
    /* volatile: no compiler may conclude from the reads below that the pointer is not null. */
    const point *volatile table = rule(integral->points);
    const volatile point *points = table;
    const double *c = integral->c;
    double middle = (integral->from + integral->to) / 2, half = (integral->to - integral->from) / 2;
    double sum = 0;
    for (uint64_t i = 0; i < integral->points; i++) {
        double x = middle + half * points[i].at;
        sum += points[i].weight * (c[0] + x * (c[1] + x * (c[2] + x * c[3])));
    }
    return half * sum;
}
