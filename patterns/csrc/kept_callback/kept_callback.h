/* Example: bisection, one halving a call, for a root of a function that the solver keeps. */
#ifndef AB_KEPT_CALLBACK_H
#define AB_KEPT_CALLBACK_H

#include <stdint.h>

typedef struct ab_root ab_root;

/* Writes f(x) to *y and returns 0. Anything else ends the call of the solver that it was called in, and is
 * what that returns; it should be above 0. It returns: it neither throws nor jumps, and it calls no
 * function of this solver. */
typedef int32_t ab_root_fn(void *data, double x, double *y);

/* No pointer below may be null unless it says so. A solver is used by one thread at a time, and keeps
 * nothing of any thread. f is called by ab_root_set and ab_root_step, on the thread that calls them, and
 * at no other time. */

/* A solver without a function, or null without memory. Give it to ab_root_free. */
ab_root *ab_root_new(void);

/* Ends a solver; it neither calls f nor touches data. Null is fine. */
void ab_root_free(ab_root *root);

/*
 * From now on looks for a root of f between lower and upper. Lets go of the function before and its data;
 * keeps f and data and copies nothing: data must be valid, at this address, until this is called again or
 * the solver is ended. It may be null. Calls f at lower and at upper. Returns 0, or, having let go of f
 * and data again: -1 where one of the two values is neither 0 nor of the other sign (or is no number), or
 * what f has returned.
 */
int32_t ab_root_set(ab_root *root, ab_root_fn *f, void *data, double lower, double upper);

/* Calls f in the middle and keeps the half with the root. Returns 0, or, the bracket unchanged, -2 without
 * a function, or what f has returned; then it may be called again. */
int32_t ab_root_step(ab_root *root);

/* The ends of the bracket; no number before a function is set. */
double ab_root_lower(const ab_root *root);
double ab_root_upper(const ab_root *root);

#endif
