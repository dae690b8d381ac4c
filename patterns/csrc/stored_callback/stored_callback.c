/* Example: a library, in place of yours. */
#define _POSIX_C_SOURCE 200809L
#include "stored_callback.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/* In the order of numbers. Linked while it is registered or running. */
struct observer {
    uint64_t number;
    ab_relax_observer *call;
    void *data;
    ab_relax_destroy *destroy;
    bool running, gone;
    struct observer *next;
};

struct ab_relax {
    pthread_t thread;
    atomic_int callers; /* waiting for the lock */
    pthread_mutex_t lock; /* guards all that follows; never held while foreign code runs */
    pthread_cond_t changed;
    struct observer *observers, **end;
    uint64_t numbers, asked, done;
    double x;
    bool stopping;
    int shares; /* of the thread and of who frees: the last to let go releases */
};

/* Whether this is a thread of the library, of whichever iteration. */
static _Thread_local bool of_the_library = false;

static bool own_thread(const ab_relax *relax)
{
    return pthread_equal(pthread_self(), relax->thread) != 0;
}

/* For callers of the library. */
static void enter(ab_relax *relax)
{
    atomic_fetch_add(&relax->callers, 1);
    pthread_mutex_lock(&relax->lock);
    atomic_fetch_sub(&relax->callers, 1);
}

/* For the thread, which would come first every time: it lets callers go before. */
static void reenter(ab_relax *relax)
{
    while (atomic_load(&relax->callers) > 0)
        sched_yield();
    pthread_mutex_lock(&relax->lock);
}

static void unlink_observer(ab_relax *relax, struct observer *one)
{
    struct observer **place = &relax->observers;
    while (*place != one)
        place = &(*place)->next;
    *place = one->next;
    if (relax->end == &one->next)
        relax->end = place;
}

static void end_observer(struct observer *one)
{
    one->destroy(one->data);
    free(one);
}

static void release(ab_relax *relax)
{
    for (struct observer *one = relax->observers, *next; one != NULL; one = next) {
        next = one->next;
        end_observer(one);
    }
    pthread_cond_destroy(&relax->changed);
    pthread_mutex_destroy(&relax->lock);
    free(relax);
}

static void let_go(ab_relax *relax)
{
    pthread_mutex_lock(&relax->lock);
    bool last = --relax->shares == 0;
    pthread_mutex_unlock(&relax->lock);
    if (last)
        release(relax);
}

/* The first observer with a number in (after, last] that has not gone. With the lock. */
static struct observer *next_observer(const ab_relax *relax, uint64_t after, uint64_t last)
{
    struct observer *one = relax->observers;
    while (one != NULL && (one->number <= after || one->gone))
        one = one->next;
    return one != NULL && one->number <= last ? one : NULL;
}

/* Tells everybody who was there when it began. With the lock, which is open during each call. */
static void tell(ab_relax *relax, uint64_t sweep, double residual)
{
    uint64_t last = relax->numbers, after = 0;
    struct observer *one;
    while (!relax->stopping && (one = next_observer(relax, after, last)) != NULL) {
        after = one->number;
        one->running = true;
        pthread_mutex_unlock(&relax->lock);
        int leave = one->call(one->data, sweep, residual);
        reenter(relax);
        one->running = false;
        if (leave != 0 || one->gone) {
            unlink_observer(relax, one);
            pthread_mutex_unlock(&relax->lock);
            end_observer(one);
            reenter(relax);
        }
    }
}

static void *iterate(void *argument)
{
    ab_relax *relax = argument;
    of_the_library = true;
    pthread_mutex_lock(&relax->lock);
    while (!relax->stopping) {
        if (relax->done == relax->asked) {
            pthread_cond_broadcast(&relax->changed);
            pthread_cond_wait(&relax->changed, &relax->lock);
            continue;
        }
        double next = cos(relax->x), residual = fabs(next - relax->x);
        relax->x = next;
        tell(relax, relax->done, residual);
        relax->done++;
        pthread_mutex_unlock(&relax->lock);
        reenter(relax);
    }
    pthread_mutex_unlock(&relax->lock);
    let_go(relax);
    return NULL;
}

ab_relax *ab_relax_new(void)
{
    ab_relax *relax = calloc(1, sizeof *relax);
    if (relax == NULL)
        return NULL;
    relax->end = &relax->observers;
    relax->shares = 2;
    pthread_mutex_init(&relax->lock, NULL);
    pthread_cond_init(&relax->changed, NULL);
    /* The lock keeps the thread from reading its own name before it is written. */
    pthread_mutex_lock(&relax->lock);
    int failed = pthread_create(&relax->thread, NULL, iterate, relax);
    pthread_mutex_unlock(&relax->lock);
    if (failed) {
        release(relax);
        return NULL;
    }
    return relax;
}

void ab_relax_free(ab_relax *relax)
{
    if (relax == NULL)
        return;
    pthread_t thread = relax->thread;
    enter(relax);
    relax->stopping = true;
    pthread_cond_broadcast(&relax->changed);
    pthread_mutex_unlock(&relax->lock);
    /* Two threads of the library that free each other's iteration would wait for each other for ever. A system
     * that sees such a pair refuses the join, and then the thread is still at work. */
    if (of_the_library || pthread_join(thread, NULL) != 0)
        pthread_detach(thread);
    let_go(relax);
}

uint64_t ab_relax_register(ab_relax *relax, ab_relax_observer *observer, void *data,
                           ab_relax_destroy *destroy)
{
    struct observer *one = calloc(1, sizeof *one);
    if (one == NULL)
        return 0;
    one->call = observer;
    one->data = data;
    one->destroy = destroy;
    enter(relax);
    uint64_t number = one->number = ++relax->numbers;
    *relax->end = one;
    relax->end = &one->next;
    pthread_mutex_unlock(&relax->lock);
    return number;
}

void ab_relax_unregister(ab_relax *relax, uint64_t number)
{
    enter(relax);
    struct observer *one = next_observer(relax, number - 1, number);
    if (one != NULL) {
        one->gone = true;
        if (one->running)
            one = NULL; /* tell() ends it */
        else
            unlink_observer(relax, one);
    }
    pthread_mutex_unlock(&relax->lock);
    if (one != NULL)
        end_observer(one);
}

void ab_relax_run(ab_relax *relax, uint64_t sweeps)
{
    enter(relax);
    relax->asked = sweeps < UINT64_MAX - relax->asked ? relax->asked + sweeps : UINT64_MAX;
    pthread_cond_broadcast(&relax->changed);
    pthread_mutex_unlock(&relax->lock);
}

void ab_relax_settle(ab_relax *relax)
{
    if (own_thread(relax))
        return;
    enter(relax);
    while (relax->done != relax->asked)
        pthread_cond_wait(&relax->changed, &relax->lock);
    pthread_mutex_unlock(&relax->lock);
}
