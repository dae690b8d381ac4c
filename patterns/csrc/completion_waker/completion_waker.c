/* Example: a library, in place of yours. */
#include "completion_waker.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct job {
    struct job *next;
    uint64_t id;
    size_t n;
    const double *x;
    ab_sum_done *done;
    void *user;
    int cancelled;
} job;

struct ab_summer {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    /* All below under the lock. The first job is the one that runs, if one does. */
    job *first, **end;
    uint64_t last_id, told_cancelled;
    int paused, stopped;
    int shares; /* of the thread and of who frees: the last to let go destroys */
};

/* Whether this is a thread of the library, of whichever ab_summer. */
static _Thread_local int of_the_library = 0;

double ab_summer_now(size_t n, const double *x)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

static void destroy(ab_summer *summer)
{
    pthread_cond_destroy(&summer->changed);
    pthread_mutex_destroy(&summer->lock);
    free(summer);
}

static void let_go(ab_summer *summer)
{
    pthread_mutex_lock(&summer->lock);
    int last = --summer->shares == 0;
    pthread_mutex_unlock(&summer->lock);
    if (last)
        destroy(summer);
}

/* Called with the lock, returns with it; without it in between. */
static void run_first(ab_summer *summer)
{
    job *job = summer->first;
    int cancelled = job->cancelled || summer->stopped;
    pthread_mutex_unlock(&summer->lock);
    double sum = cancelled ? 0 : ab_summer_now(job->n, job->x);
    pthread_mutex_lock(&summer->lock);
    cancelled = cancelled || job->cancelled;
    summer->told_cancelled += cancelled ? 1 : 0;
    summer->first = job->next;
    if (summer->first == NULL)
        summer->end = &summer->first;
    pthread_mutex_unlock(&summer->lock);
    job->done(job->user, cancelled ? AB_SUM_CANCELLED : AB_SUM_OK, sum);
    free(job);
    pthread_mutex_lock(&summer->lock);
}

static void *work(void *argument)
{
    ab_summer *summer = argument;
    of_the_library = 1;
    pthread_mutex_lock(&summer->lock);
    for (;;) {
        if (summer->first != NULL && (!summer->paused || summer->stopped))
            run_first(summer);
        else if (summer->stopped)
            break;
        else
            pthread_cond_wait(&summer->changed, &summer->lock);
    }
    pthread_mutex_unlock(&summer->lock);
    let_go(summer);
    return NULL;
}

ab_summer *ab_summer_new(void)
{
    ab_summer *summer = calloc(1, sizeof *summer);
    if (summer == NULL)
        return NULL;
    summer->end = &summer->first;
    summer->shares = 2;
    if (pthread_mutex_init(&summer->lock, NULL) != 0)
        goto no_lock;
    if (pthread_cond_init(&summer->changed, NULL) != 0)
        goto no_condition;
    if (pthread_create(&summer->thread, NULL, work, summer) == 0)
        return summer;
    pthread_cond_destroy(&summer->changed);
no_condition:
    pthread_mutex_destroy(&summer->lock);
no_lock:
    free(summer);
    return NULL;
}

void ab_summer_free(ab_summer *summer)
{
    pthread_t thread = summer->thread;
    pthread_mutex_lock(&summer->lock);
    summer->stopped = 1;
    pthread_cond_signal(&summer->changed);
    pthread_mutex_unlock(&summer->lock);
    /* A thread cannot wait for itself, and two that wait for each other wait for ever. A system that sees such a
     * pair refuses the join, and then the thread is still at work. */
    if (of_the_library || pthread_join(thread, NULL) != 0)
        pthread_detach(thread);
    let_go(summer);
}

int32_t ab_summer_submit(ab_summer *summer, size_t n, const double *x, ab_sum_done *done, void *user,
                         uint64_t *id)
{
    job *added = malloc(sizeof *added);
    if (added == NULL)
        return AB_SUM_NO_MEMORY;
    pthread_mutex_lock(&summer->lock);
    *id = ++summer->last_id;
    *added = (job){.id = *id, .n = n, .x = x, .done = done, .user = user};
    *summer->end = added;
    summer->end = &added->next;
    pthread_cond_signal(&summer->changed);
    pthread_mutex_unlock(&summer->lock);
    return AB_SUM_OK;
}

void ab_summer_cancel(ab_summer *summer, uint64_t id)
{
    pthread_mutex_lock(&summer->lock);
    for (job *job = summer->first; job != NULL; job = job->next)
        if (job->id == id)
            job->cancelled = 1;
    pthread_mutex_unlock(&summer->lock);
}

void ab_summer_pause(ab_summer *summer, int32_t paused)
{
    pthread_mutex_lock(&summer->lock);
    summer->paused = paused;
    pthread_cond_signal(&summer->changed);
    pthread_mutex_unlock(&summer->lock);
}

uint64_t ab_summer_cancelled(ab_summer *summer)
{
    pthread_mutex_lock(&summer->lock);
    uint64_t cancelled = summer->told_cancelled;
    pthread_mutex_unlock(&summer->lock);
    return cancelled;
}
