/* Pattern: the layout in numbers. */
#include "layout_handshake.h"

#include <math.h>

#define KIND(field) \
    _Generic((field), double: AB_KIND_F64, uint32_t: AB_KIND_U32, int32_t: AB_KIND_I32, \
             default: AB_KIND_OTHER)
#define FIELD(name) \
    offsetof(ab_step, name), sizeof((ab_step *)0)->name, KIND(((ab_step *)0)->name)

size_t ab_step_layout(size_t n, size_t *out)
{
    static const size_t layout[] = {
        sizeof(ab_step), _Alignof(ab_step),
        FIELD(t), FIELD(h), FIELD(error), FIELD(calls), FIELD(accepted),
    };
    const size_t count = sizeof layout / sizeof *layout;
    for (size_t i = 0; i < n && i < count; i++)
        out[i] = layout[i];
    return count;
}

/* Example: Heun's method; the distance from Euler's estimates the error. */
void ab_step_decay(double t, double h, double *y, ab_step *step)
{
    const double euler = *y - h * *y;
    const double heun = *y - 0.5 * h * (*y + euler);
    *step = (ab_step){
        .t = t + h,
        .h = h,
        .error = fabs(heun - euler),
        .calls = 2,
        .accepted = 1,
    };
    *y = heun;
}
