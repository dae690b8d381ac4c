/* Example: a library, in place of yours, that is a shared library of its own. */
#include "plugin.h"

#include <pthread.h>
#include <stdlib.h>

/* What is kept for a thread. */
struct scratch {
    struct scratch *next;
    uint64_t pushes;
};

static pthread_key_t key;
static int has_key;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct scratch *all; /* with the lock */
static uint64_t ended;      /* pushes of threads that are gone, with the lock */
static int32_t *unloads;    /* atomic */
static int32_t threads;     /* atomic */

/* When a thread ends that has pushed. */
static void end_thread(void *data)
{
    struct scratch *scratch = data, **at = &all;
    pthread_mutex_lock(&lock);
    ended += scratch->pushes;
    while (*at != scratch)
        at = &(*at)->next;
    *at = scratch->next;
    pthread_mutex_unlock(&lock);
    free(scratch);
}

__attribute__((constructor)) static void load(void)
{
    has_key = pthread_key_create(&key, end_thread) == 0;
}

/* Threads outlive the library: none of them may call end_thread once it is gone. */
__attribute__((destructor)) static void unload(void)
{
    if (has_key)
        pthread_key_delete(key);
    while (all != NULL) {
        struct scratch *next = all->next;
        free(all);
        all = next;
    }
    int32_t *place = __atomic_load_n(&unloads, __ATOMIC_ACQUIRE);
    if (place != NULL)
        __atomic_fetch_add(place, 1, __ATOMIC_RELAXED);
}

static struct scratch *mine(void)
{
    struct scratch *scratch = has_key ? pthread_getspecific(key) : NULL;
    if (scratch != NULL || !has_key)
        return scratch;
    scratch = calloc(1, sizeof *scratch);
    if (scratch == NULL || pthread_setspecific(key, scratch) != 0) {
        free(scratch);
        return NULL;
    }
    pthread_mutex_lock(&lock);
    scratch->next = all;
    all = scratch;
    pthread_mutex_unlock(&lock);
    return scratch;
}

struct ab_smoother {
    double weight, state;
};

int32_t ab_plugin_version(void)
{
    return AB_PLUGIN_VERSION;
}

ab_smoother *ab_smoother_new(double weight)
{
    ab_smoother *smoother = malloc(sizeof *smoother);
    if (smoother != NULL)
        *smoother = (ab_smoother){weight, 0.0};
    return smoother;
}

void ab_smoother_free(ab_smoother *smoother)
{
    free(smoother);
}

double ab_smoother_push(ab_smoother *smoother, double x)
{
    struct scratch *scratch = mine();
    if (scratch != NULL)
        scratch->pushes++;
    smoother->state += smoother->weight * (x - smoother->state);
    return smoother->state;
}

uint64_t ab_plugin_pushes(void)
{
    struct scratch *scratch = mine();
    pthread_mutex_lock(&lock);
    const uint64_t pushes = ended + (scratch != NULL ? scratch->pushes : 0);
    pthread_mutex_unlock(&lock);
    return pushes;
}

struct ab_worker {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int stops; /* with the lock */
};

static void *work(void *data)
{
    ab_worker *worker = data;
    pthread_mutex_lock(&worker->lock);
    while (!worker->stops)
        pthread_cond_wait(&worker->changed, &worker->lock);
    pthread_mutex_unlock(&worker->lock);
    __atomic_fetch_sub(&threads, 1, __ATOMIC_RELAXED);
    return NULL;
}

ab_worker *ab_worker_start(void)
{
    ab_worker *worker = malloc(sizeof *worker);
    if (worker == NULL)
        return NULL;
    worker->stops = 0;
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->changed, NULL);
    __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED);
    if (pthread_create(&worker->thread, NULL, work, worker) != 0) {
        __atomic_fetch_sub(&threads, 1, __ATOMIC_RELAXED);
        free(worker);
        return NULL;
    }
    return worker;
}

void ab_worker_stop(ab_worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    worker->stops = 1;
    pthread_cond_signal(&worker->changed);
    pthread_mutex_unlock(&worker->lock);
    pthread_join(worker->thread, NULL);
    pthread_cond_destroy(&worker->changed);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
}

int32_t ab_plugin_threads(void)
{
    return __atomic_load_n(&threads, __ATOMIC_RELAXED);
}

void ab_plugin_tell_unload(int32_t *place)
{
    __atomic_store_n(&unloads, place, __ATOMIC_RELEASE);
}
