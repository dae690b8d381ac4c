/* Four threads at once: handles are shared, last errors are not, and a pool that one thread frees
 * while the others use it ends when it is no longer used. */
#define _POSIX_C_SOURCE 200809L /* barriers */

#include "check.h"

#include <pthread.h>

enum { THREADS = 4, ROUNDS = 200 };

static pthread_barrier_t all;
static abreast_sample sample;
static abreast_pool pools[ROUNDS];
static uint64_t alone;

/* Each thread asks for something else that cannot be had, and is told so in its own words. */
static void own_last_error(int thread)
{
    char expected[32], text[256];
    int64_t sum = 0;
    (void)snprintf(expected, sizeof expected, "n = -%d: ", thread + 1);
    CHECK(abreast_range_sum(-1 - thread, &sum, NULL) == ABREAST_ARGUMENT);
    pthread_barrier_wait(&all);
    MUST(abreast_last_error(text, sizeof text, NULL));
    CHECK(strncmp(text, expected, strlen(expected)) == 0);
}

/* On a pool that may end at any moment: the right answer, or a refusal. */
static void shared_handles(int thread, int round)
{
    abreast_options how = ABREAST_OPTIONS;
    how.pool = pools[round];
    uint64_t hash = 0;
    pthread_barrier_wait(&all);
    if (thread == round % THREADS)
        MUST(abreast_pool_free(pools[round]));
    const abreast_status status = abreast_sample_run(sample, &hash, &how);
    CHECK((status == ABREAST_OK && hash == alone) || (status == ABREAST_HANDLE && hash == 0));
    /* The thread that has freed it knows. */
    CHECK(thread != round % THREADS || status == ABREAST_HANDLE);
}

static void *work(void *number)
{
    const int thread = *(const int *)number;
    for (int round = 0; round < ROUNDS; round++) {
        own_last_error(thread);
        shared_handles(thread, round);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    int numbers[THREADS];
    MUST(abreast_sample_new("dot", 200000, 7, &sample));
    MUST(abreast_sample_run(sample, &alone, NULL));
    for (int round = 0; round < ROUNDS; round++)
        MUST(abreast_pool_new(1, &pools[round]));
    CHECK(pthread_barrier_init(&all, NULL, THREADS) == 0);
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&threads[i], NULL, work, &numbers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    MUST(abreast_sample_free(sample));
    CHECK(abreast_sample_free(sample) == ABREAST_HANDLE);
    printf("%d threads\n", THREADS);
    return 0;
}
