/* Example: sums that a library computes on its own thread. */
#ifndef AB_COMPLETION_WAKER_H
#define AB_COMPLETION_WAKER_H

#include <stddef.h>
#include <stdint.h>

typedef struct ab_summer ab_summer;

#define AB_SUM_OK 0
#define AB_SUM_CANCELLED 1
#define AB_SUM_NO_MEMORY 2

/* Told once per job, on the library's thread, with no lock held. It must return (neither throw nor
 * unwind), and may call anything below, even ab_summer_free. */
typedef void ab_sum_done(void *user, int32_t status, double sum);

/* A library with a thread of its own, or null. free ends it, once and as the last call of all, on any
 * thread: jobs that have not begun are told AB_SUM_CANCELLED; it returns when the last job has been told. Called
 * from a done, of this library or of another one, it does not wait. No function takes null. */
ab_summer *ab_summer_new(void);
void ab_summer_free(ab_summer *summer);

/* Hands over a job: x[0..n] is read, and user kept, until done has been called. *id names the job.
 * With AB_SUM_NO_MEMORY there is no job, and done is never called. Otherwise done may be called before
 * this returns. Any thread. */
int32_t ab_summer_submit(ab_summer *summer, size_t n, const double *x, ab_sum_done *done, void *user,
                         uint64_t *id);

/* Asks a job to end early. It is told all the same; one that has ended is no error. Any thread. */
void ab_summer_cancel(ab_summer *summer, uint64_t id);

/* No further job begins until resumed, in the order in which they came. Any thread. */
void ab_summer_pause(ab_summer *summer, int32_t paused);

/* How many jobs were told AB_SUM_CANCELLED. Any thread. */
uint64_t ab_summer_cancelled(ab_summer *summer);

/* The same sum, at once. */
double ab_summer_now(size_t n, const double *x);

#endif
