/* Pattern: two notes for ThreadSanitizer. */
#include "sanitizer_lanes.h"

/* gcc says it with a macro, clang answers a question. */
#if defined(__SANITIZE_THREAD__)
#define AB_UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define AB_UNDER_TSAN 1
#endif
#endif

#ifdef AB_UNDER_TSAN
void __tsan_acquire(void *address);
void __tsan_release(void *address);

void ab_note_acquired(void *lock)
{
    __tsan_acquire(lock);
}

void ab_note_released(void *lock)
{
    __tsan_release(lock);
}
#else
void ab_note_acquired(void *lock)
{
    (void)lock;
}

void ab_note_released(void *lock)
{
    (void)lock;
}
#endif

/* Example: what the lock is held for. */
void ab_histogram_add(uint64_t *counts, size_t bins, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] >= 0.0 && x[i] < 1.0) {
            size_t bin = (size_t)(x[i] * (double)bins);
            /* x close to 1 may be rounded up to the next bin. */
            counts[bin < bins ? bin : bins - 1]++;
        }
}
