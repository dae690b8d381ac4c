/* Pattern: a header-only library, as it came: nothing in it is a symbol that a linker could find. Yours takes its place; it
 * is no example that could be left out, since the shim calls it. */
#ifndef AB_INLINE_SHIM_ANGLES_H
#define AB_INLINE_SHIM_ANGLES_H

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#define ANGLES_TURN 6.283185307179586
#define ANGLES_CLAMP(x, low, high) ((x) < (low) ? (low) : (x) > (high) ? (high) : (x))

/* x brought to [-pi, pi] by whole turns; as near as the rounding of x allows, which for 1e9 is 1e-7. */
static inline double angles_wrap(double x)
{
    return x - ANGLES_TURN * nearbyint(x / ANGLES_TURN);
}

/* As snprintf, in front of which it writes "angle: "; of the rest 63 bytes at most. Returns how long the
 * text would be, or what is less than 0 when it failed. */
static inline int angles_label(char *text, size_t room, const char *format, ...)
{
    char rest[64];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(rest, sizeof rest, format, arguments);
    va_end(arguments);
    /* After a failure nobody knows what is in the rest. */
    return length < 0 ? length : snprintf(text, room, "angle: %s", rest);
}

#endif
