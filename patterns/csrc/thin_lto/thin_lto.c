/* Example: a library, in place of yours. */
#include "thin_lto.h"

double ab_cubic(double x)
{
    return (x * x - 2.0) * x + 0.5;
}
