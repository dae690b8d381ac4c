/* Pattern: what Rust can call of angles.h: one real function for each thing that is none. */
#ifndef AB_INLINE_SHIM_H
#define AB_INLINE_SHIM_H

#include <stddef.h>
#include <stdint.h>

double ab_angles_wrap(double x);

/* The macro, for doubles. A NaN stays one. low <= high. */
double ab_angles_clamp(double x, double low, double high);

/* A macro that is a number. */
double ab_angles_turn(void);

/* Two of the calls that the variadic function is for, each with the format that fits its argument.
 * Write at most room bytes to text, the last of them zero, and return how many the whole text needs
 * without it; negative when that failed. */
int32_t ab_angles_label(char *text, size_t room, double x);
int32_t ab_angles_label_turns(char *text, size_t room, int64_t turns);

/* Counterexample: the variadic function itself: what follows must be what format says. */
int ab_angles_label_any(char *text, size_t room, const char *format, ...);

#endif
