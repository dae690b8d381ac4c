/* Pattern: two notes for ThreadSanitizer. */
#ifndef AB_SANITIZER_LANES_H
#define AB_SANITIZER_LANES_H

/* Tells ThreadSanitizer that a lock it cannot see into, `lock`, has been taken or is about to be
 * given back. Nothing at all in a build without it. */
void ab_note_acquired(void *lock);
void ab_note_released(void *lock);

/* Example: a histogram that C adds to. */
#include <stddef.h>
#include <stdint.h>

/* Adds each of the n samples x in [0, 1) to one of the `bins` counters; others are left out. Neither
 * array is kept. One thread at a time per array of counters: the caller holds a lock. */
void ab_histogram_add(uint64_t *counts, size_t bins, const double *x, size_t n);

#endif
