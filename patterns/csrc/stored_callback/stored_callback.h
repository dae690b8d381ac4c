/* Example: a fixed-point iteration on a thread of its own that reports every sweep. */
#ifndef AB_STORED_CALLBACK_H
#define AB_STORED_CALLBACK_H

#include <stdint.h>

/* Any thread may call any function at any time; ab_relax_free comes last. No handle may be null but
 * where it says so. */
typedef struct ab_relax ab_relax;

/*
 * Told of a sweep and the residual after it, on a thread of the library, perhaps on several at once.
 * No lock is held: it may call everything below. Returns 0 to stay, anything else to be unregistered; and
 * it does return: it neither throws nor jumps.
 */
typedef int ab_relax_observer(void *data, uint64_t sweep, double residual);

/* Told that nobody will use data again. On any thread, with no lock held. Returns as well. */
typedef void ab_relax_destroy(void *data);

/* An iteration at rest, with its thread; null without memory or thread. Give it to ab_relax_free. */
ab_relax *ab_relax_new(void);

/*
 * Ends it, once, with the sweeps that are left undone, and destroys every observer's data. Null is fine.
 * Waits for the thread; called by an observer or a destroy, on a thread of the library, of this iteration or of
 * another, it does not wait, and leaves the rest to the thread.
 * A destroy that comes from here may use the iteration no more.
 */
void ab_relax_free(ab_relax *relax);

/*
 * Registers an observer; returns its number. From now on the data is the library's, until destroy has
 * been called with it: exactly once, and after the last call of the observer has returned. Returns 0
 * without memory: the data stays the caller's. Neither function may be null; data may.
 */
uint64_t ab_relax_register(ab_relax *relax, ab_relax_observer *observer, void *data,
                           ab_relax_destroy *destroy);

/*
 * Unregisters it: no call begins any more. One that runs goes on and is NOT waited for; destroy comes
 * when it has returned, or else before this function returns. A number that is not registered is fine.
 */
void ab_relax_unregister(ab_relax *relax, uint64_t number);

/* Asks for more sweeps; returns at once. More than 2^64 - 1 in all are without end. */
void ab_relax_run(ab_relax *relax, uint64_t sweeps);

/* Waits until all sweeps are done. On the iteration's own thread it returns at once. */
void ab_relax_settle(ab_relax *relax);

#endif
