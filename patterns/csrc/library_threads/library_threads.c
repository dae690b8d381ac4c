/* Example: a library, in place of yours. */
#include "library_threads.h"

#include <pthread.h>
#include <stdlib.h>

#define PIECE 4096

struct ab_team {
    pthread_mutex_t lock;
    pthread_cond_t begun, done;
    uint32_t extra, busy; /* with the lock: threads, and those that are not done */
    uint32_t forks;       /* of the process, when the team was made */
    uint64_t rounds;      /* with the lock */
    int ends;             /* with the lock */
    /* A round's own; written while nobody is busy. */
    const double *x;
    size_t n, next; /* next: atomic, a piece */
    double *sums;
    pthread_t threads[];
};

static int32_t alive, most; /* atomic */
static uint32_t forks;      /* atomic */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void forked(void)
{
    __atomic_fetch_add(&forks, 1, __ATOMIC_RELAXED);
    /* None came along. */
    __atomic_store_n(&alive, 0, __ATOMIC_RELAXED);
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, forked);
}

static size_t pieces(const ab_team *team)
{
    return team->n / PIECE + (team->n % PIECE != 0);
}

static void sum_pieces(ab_team *team)
{
    for (;;) {
        const size_t piece = __atomic_fetch_add(&team->next, 1, __ATOMIC_RELAXED);
        if (piece >= pieces(team))
            return;
        const size_t from = piece * PIECE;
        const size_t count = team->n - from < PIECE ? team->n - from : PIECE;
        double sum = 0.0;
        for (size_t i = 0; i < count; i++)
            sum += team->x[from + i];
        team->sums[piece] = sum;
    }
}

static void *work(void *data)
{
    ab_team *team = data;
    uint64_t round = 0;
    pthread_mutex_lock(&team->lock);
    for (;;) {
        while (team->rounds == round && !team->ends)
            pthread_cond_wait(&team->begun, &team->lock);
        if (team->ends)
            break;
        round = team->rounds;
        pthread_mutex_unlock(&team->lock);
        sum_pieces(team);
        pthread_mutex_lock(&team->lock);
        if (--team->busy == 0)
            pthread_cond_signal(&team->done);
    }
    pthread_mutex_unlock(&team->lock);
    return NULL;
}

static void count_one_more(void)
{
    const int32_t now = __atomic_add_fetch(&alive, 1, __ATOMIC_RELAXED);
    int32_t before = __atomic_load_n(&most, __ATOMIC_RELAXED);
    while (before < now
           && !__atomic_compare_exchange_n(&most, &before, now, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

ab_team *ab_team_new(uint32_t extra)
{
    if (extra > 1023 || pthread_once(&once, watch_forks) != 0)
        return NULL;
    ab_team *team = calloc(1, sizeof *team + extra * sizeof team->threads[0]);
    if (team == NULL)
        return NULL;
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->begun, NULL);
    pthread_cond_init(&team->done, NULL);
    team->forks = __atomic_load_n(&forks, __ATOMIC_RELAXED);
    for (; team->extra < extra; team->extra++) {
        if (pthread_create(&team->threads[team->extra], NULL, work, team) != 0) {
            ab_team_free(team);
            return NULL;
        }
        count_one_more();
    }
    return team;
}

static int is_forked(const ab_team *team)
{
    return team->forks != __atomic_load_n(&forks, __ATOMIC_RELAXED);
}

void ab_team_free(ab_team *team)
{
    if (team == NULL)
        return;
    /* In a child nobody waits, and the lock may be held by a thread that is not there. */
    if (!is_forked(team)) {
        pthread_mutex_lock(&team->lock);
        team->ends = 1;
        pthread_cond_broadcast(&team->begun);
        pthread_mutex_unlock(&team->lock);
        for (uint32_t i = 0; i < team->extra; i++) {
            pthread_join(team->threads[i], NULL);
            __atomic_fetch_sub(&alive, 1, __ATOMIC_RELAXED);
        }
        pthread_cond_destroy(&team->done);
        pthread_cond_destroy(&team->begun);
        pthread_mutex_destroy(&team->lock);
    }
    free(team);
}

int32_t ab_team_sum(ab_team *team, const double *x, size_t n, double *out)
{
    return is_forked(team) ? -2 : ab_team_sum_unasked(team, x, n, out);
}

int32_t ab_team_sum_unasked(ab_team *team, const double *x, size_t n, double *out)
{
    team->x = x;
    team->n = n;
    team->next = 0;
    team->sums = NULL;
    if (n != 0 && (team->sums = malloc(pieces(team) * sizeof(double))) == NULL)
        return -1;
    pthread_mutex_lock(&team->lock);
    team->busy = team->extra;
    team->rounds++;
    pthread_cond_broadcast(&team->begun);
    pthread_mutex_unlock(&team->lock);
    sum_pieces(team);
    pthread_mutex_lock(&team->lock);
    while (team->busy != 0)
        pthread_cond_wait(&team->done, &team->lock);
    pthread_mutex_unlock(&team->lock);
    double sum = 0.0;
    for (size_t piece = 0; piece < pieces(team); piece++)
        sum += team->sums[piece];
    free(team->sums);
    *out = sum;
    return 0;
}

int32_t ab_threads_alive(void)
{
    return __atomic_load_n(&alive, __ATOMIC_RELAXED);
}

int32_t ab_threads_most(void)
{
    return __atomic_load_n(&most, __ATOMIC_RELAXED);
}

void ab_threads_forget(void)
{
    __atomic_store_n(&most, ab_threads_alive(), __ATOMIC_RELAXED);
}
