/* Pattern: the functions that a library has for its handlers, which the shim calls. Here of Lambert's W, in a library with
 * one error handler and one logger for the whole process; the rest of it is not marked apart, being one function. */
#ifndef AB_ERROR_HANDLERS_H
#define AB_ERROR_HANDLERS_H

#include <stdarg.h>

/* Called on the thread, and during the call, that has failed; if it returns, the call returns NaN. It may do so by
 * returning only: it neither throws nor jumps. The texts are constants of the library. */
typedef void ab_lambert_error(const char *reason, const char *file, int line, int code);

/* Called with what a printf would take, on the thread that has something to say, during its call. The texts are
 * gone when it has returned. It neither throws nor jumps; it may call ab_lambert. */
typedef void ab_lambert_log(int level, const char *format, va_list arguments);

#define AB_LAMBERT_DOMAIN 1 /* x < -1/e */
#define AB_LAMBERT_NAN 2    /* x is no number */

#define AB_LAMBERT_DEBUG 0
#define AB_LAMBERT_WARNING 1

/* Each sets a function for the process. Null is the one from the beginning: of errors, it prints the reason
 * and calls abort; of messages, it prints warnings to stderr. No other function of this library may run
 * meanwhile on another thread. */
void ab_lambert_set_error(ab_lambert_error *handler);
void ab_lambert_set_log(ab_lambert_log *log);

/* The w >= -1 with w exp(w) = x. Fails for x < -1/e and for NaN. Any thread; it changes nothing but what the two
 * functions above do. */
double ab_lambert(double x);

#endif
