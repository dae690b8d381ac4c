/* Pattern: one function for each thing that has no symbol. */
#include "inline_shim.h"

#include "angles.h"

#include <inttypes.h>

double ab_angles_wrap(double x)
{
    return angles_wrap(x);
}

double ab_angles_clamp(double x, double low, double high)
{
    return ANGLES_CLAMP(x, low, high);
}

double ab_angles_turn(void)
{
    return ANGLES_TURN;
}

int32_t ab_angles_label(char *text, size_t room, double x)
{
    return angles_label(text, room, "%.3f", x);
}

int32_t ab_angles_label_turns(char *text, size_t room, int64_t turns)
{
    return angles_label(text, room, "%" PRId64 " turns", turns);
}

/* Counterexample: the variadic function itself. */
int ab_angles_label_any(char *text, size_t room, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, room, format, arguments);
    va_end(arguments);
    return length;
}
