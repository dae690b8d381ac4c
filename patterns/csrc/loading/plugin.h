/* Example: exponential smoothing, in a library that is loaded at run time. */
#ifndef AB_PLUGIN_H
#define AB_PLUGIN_H

#include <stdint.h>

/* What is declared below. Asked first, since a name says nothing about the arguments behind it. */
#define AB_PLUGIN_VERSION 1
int32_t ab_plugin_version(void);

/*
 * Before the library is unloaded: every smoother is freed, every worker is stopped, and no thread is in one of these
 * functions. What it keeps for a thread may be there still. No pointer may be null unless it says so. Functions may be
 * called on any thread, each smoother by one at a time.
 */

/* state <- weight x + (1 - weight) state, beginning with 0. Null without memory. */
typedef struct ab_smoother ab_smoother;
ab_smoother *ab_smoother_new(double weight);
void ab_smoother_free(ab_smoother *smoother); /* null is fine */

/* Takes x and returns the state. */
double ab_smoother_push(ab_smoother *smoother, double x);

/* How often the threads that have ended pushed since the library was loaded, and the calling one. */
uint64_t ab_plugin_pushes(void);

/* A thread of the library's own, which works until it is stopped. Null where it cannot be started. */
typedef struct ab_worker ab_worker;
ab_worker *ab_worker_start(void);
/* Stops it, waits for its end and frees it. */
void ab_worker_stop(ab_worker *worker);

/* How many of these threads there are. */
int32_t ab_plugin_threads(void);

/* Adds one to *place, atomically, when the library is unloaded, or the process ends; null: nowhere. */
void ab_plugin_tell_unload(int32_t *place);

#endif
