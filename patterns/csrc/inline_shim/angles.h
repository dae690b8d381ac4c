/* A header-only library, as it came: nothing in it is a symbol that a linker could find. */
#ifndef AB_INLINE_SHIM_ANGLES_H
#define AB_INLINE_SHIM_ANGLES_H

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#define ANGLES_TURN 6.283185307179586
#define ANGLES_CLAMP(x, low, high) ((x) < (low) ? (low) : (x) > (high) ? (high) : (x))

/* x brought to [-pi, pi] by whole turns. */
static inline double angles_wrap(double x)
{
    return x - ANGLES_TURN * nearbyint(x / ANGLES_TURN);
}

/* As snprintf, in front of which it writes "angle: ". Returns how long the text would be. */
static inline int angles_label(char *text, size_t room, const char *format, ...)
{
    char rest[64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(rest, sizeof rest, format, arguments);
    va_end(arguments);
    return snprintf(text, room, "angle: %s", rest);
}

#endif
