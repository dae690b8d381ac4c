/* Example: window functions, as a library that a system may have installed. */
#ifndef AB_WINDOW_H
#define AB_WINDOW_H

#include <stddef.h>
#include <stdint.h>

/* 1.3.0, as a number: of this header. A program that was built with it needs 1.3 or later, and no 2. */
#define AB_WINDOW_VERSION 10300

/* Of the library that is there at run time. */
int32_t ab_window_version(void);

enum { AB_WINDOW_HANN, AB_WINDOW_HAMMING };

/* The window that ab_window_fill makes, for the whole process; Hann's at first. Returns 0, or -1 for a kind that is
 * none of these, and changes nothing then. Any thread may call these at any time. */
int32_t ab_window_choose(int32_t kind);
int32_t ab_window_chosen(void);

/* Writes a window of n numbers, which may be null for n = 0. */
void ab_window_fill(double *x, size_t n);

#endif
