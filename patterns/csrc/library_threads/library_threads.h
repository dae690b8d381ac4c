/* Example: sums on threads that the library starts and keeps. */
#ifndef AB_LIBRARY_THREADS_H
#define AB_LIBRARY_THREADS_H

#include <stddef.h>
#include <stdint.h>

/* Threads that wait for work, and whoever calls. A team is used by one thread at a time, which may be another one each
 * time. Calls of two teams may run at the same time, and then all threads of both do. No pointer may be null unless
 * it says so. */
typedef struct ab_team ab_team;

/* A team that starts `extra` threads, at most 1023; null where they cannot be started. */
ab_team *ab_team_new(uint32_t extra);

/* Ends the threads and waits for them; in a child of a fork, where there are none, frees the memory only. Null is
 * fine. */
void ab_team_free(ab_team *team);

/*
 * Writes the sum of n numbers to *out and returns 0: in pieces of 4096, each from its first to its last number, and
 * then the sums of the pieces in their order. So it does not depend on who sums which. Returns, with *out unchanged, -1
 * without memory, and -2 in a process that was forked since the team was made: a fork takes the calling thread along
 * and no other.
 */
int32_t ab_team_sum(ab_team *team, const double *x, size_t n, double *out);

/* The same, but does not ask about forks, as most libraries: a child of a fork waits for ever for the others. */
int32_t ab_team_sum_unasked(ab_team *team, const double *x, size_t n, double *out);

/* How many threads all teams of the process have started and not ended, and how many there were at most since the
 * last ab_threads_forget. */
int32_t ab_threads_alive(void);
int32_t ab_threads_most(void);
void ab_threads_forget(void);

#endif
