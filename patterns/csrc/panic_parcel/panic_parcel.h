/* Example: integration of a function that the caller gives, and that can stop it. */
#ifndef AB_PANIC_PARCEL_H
#define AB_PANIC_PARCEL_H

#include <stddef.h>
#include <stdint.h>

enum {
    AB_AREA_OK = 0,
    AB_AREA_STOPPED = 1,     /* f returned something else than 0 */
    AB_AREA_INTERVALS = -1,  /* n is 0, odd or too large */
    AB_AREA_NO_MEMORY = -2
};

/* Puts the value at x into *y and returns 0, or returns something else, which stops the integration. It
 * returns: it neither throws nor jumps. */
typedef int (*ab_area_fn)(void *user, double x, double *y);

/* Told once at the end of every integration that called f, however it ended, how often it did. */
typedef void (*ab_area_report_fn)(void *user, size_t evaluations);

/* Integrates f from lower to upper by Simpson's rule on n intervals into *area, which is untouched unless
 * AB_AREA_OK is returned. The callbacks run on this thread, one at a time, before this returns, and may
 * call ab_area in turn. No pointer is null, but user, which is the caller's own. Any thread. */
int32_t ab_area(size_t n, double lower, double upper, ab_area_fn f,
                ab_area_report_fn report, void *user, double *area);

/* How many workspaces are alive, in all threads. */
int64_t ab_area_live(void);

#endif
