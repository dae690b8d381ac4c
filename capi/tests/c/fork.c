/* A child of fork: everything works in it but the parent's pools, nothing hangs, and nothing in it
 * touches what is the parent's. */
#define _GNU_SOURCE /* fork, alarm */
#include "check.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

enum { N = 200000, FORKS = 100, BUSY = 3 };

static double x[N];

/* What a child does that must not wait for ever: the alarm ends it if it does. */
static void begin_child(void) { alarm(60); }

static void ends_well(pid_t child)
{
    int status;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status))
        fprintf(stderr, "the child was ended by signal %d\n", WTERMSIG(status));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Calls in another process than the one that the pool was made in. */
static void as_a_child(abreast_pool theirs, abreast_sample sample, double dot, uint64_t hash)
{
    abreast_options options = ABREAST_OPTIONS;
    double mine = -1;
    uint64_t other = 0;
    uint32_t width = 0;
    char why[256];
    MUST(abreast_ddot(N, x, x, &mine, &options));
    CHECK(mine == dot);
    MUST(abreast_sample_run(sample, &other, &options));
    CHECK(other == hash);
    CHECK(strcmp(abreast_status_name(ABREAST_FORKED), "ABREAST_FORKED") == 0);

    options.pool = theirs;
    mine = -1;
    CHECK(abreast_ddot(N, x, x, &mine, &options) == ABREAST_FORKED && mine == -1);
    MUST(abreast_last_error(why, sizeof why, NULL));
    CHECK(strstr(why, "forked") != NULL && strstr(why, "threads:2") != NULL);
    CHECK(abreast_sample_run(sample, &other, &options) == ABREAST_FORKED);
    MUST(abreast_pool_width(theirs, &width));
    CHECK(width == 2);

    MUST(abreast_pool_new(2, &options.pool));
    MUST(abreast_ddot(N, x, x, &mine, &options));
    CHECK(mine == dot);
    MUST(abreast_pool_free(options.pool));

    MUST(abreast_pool_free(theirs));
    CHECK(abreast_pool_free(theirs) == ABREAST_HANDLE);
    MUST(abreast_sample_free(sample));
}

/* The tables' locks are taken and let go of all the time. */
static volatile int busy = 1;

static void ask_for_names(void)
{
    const char *name;
    CHECK(strcmp(abreast_kernel_name(0), "range_sum") == 0);
    MUST(abreast_variant_name("dot", 0, &name));
    CHECK(name[0] != '\0');
}

static void *keep_busy(void *unused)
{
    (void)unused;
    while (busy) {
        abreast_pool pool;
        abreast_sample sample;
        uint32_t width;
        MUST(abreast_pool_new(1, &pool));
        for (int i = 0; i < 1000; i++)
            MUST(abreast_pool_width(pool, &width));
        MUST(abreast_pool_free(pool));
        MUST(abreast_sample_new("dot", 10, 1, &sample));
        MUST(abreast_sample_free(sample));
        for (int i = 0; i < 1000; i++)
            ask_for_names();
    }
    return NULL;
}

static void fork_while_others_are_at_it(void)
{
    pthread_t others[BUSY];
    for (int i = 0; i < BUSY; i++)
        CHECK(pthread_create(&others[i], NULL, keep_busy, NULL) == 0);
    for (int i = 0; i < FORKS; i++) {
        const pid_t child = fork();
        if (child == 0) {
            begin_child();
            abreast_pool pool;
            abreast_sample sample;
            uint32_t width;
            MUST(abreast_pool_new(1, &pool));
            MUST(abreast_pool_width(pool, &width));
            MUST(abreast_pool_free(pool));
            MUST(abreast_sample_new("dot", 10, 1, &sample));
            MUST(abreast_sample_free(sample));
            ask_for_names();
            _exit(0);
        }
        ends_well(child);
    }
    busy = 0;
    for (int i = 0; i < BUSY; i++)
        CHECK(pthread_join(others[i], NULL) == 0);
}

int main(void)
{
    abreast_options options = ABREAST_OPTIONS;
    abreast_sample sample;
    double dot, again;
    uint64_t hash;
    for (int i = 0; i < N; i++)
        x[i] = 0.1 * i;
    MUST(abreast_pool_new(2, &options.pool));
    MUST(abreast_sample_new("sum", N, 1, &sample));
    MUST(abreast_ddot(N, x, x, &dot, &options));
    MUST(abreast_sample_run(sample, &hash, &options));

    pid_t child = fork();
    if (child == 0) {
        begin_child();
        /* The child of the child is another process once more. */
        abreast_pool own;
        MUST(abreast_pool_new(2, &own));
        const pid_t grandchild = fork();
        if (grandchild == 0) {
            begin_child();
            as_a_child(own, sample, dot, hash);
            exit(0);
        }
        ends_well(grandchild);
        MUST(abreast_pool_free(own));
        as_a_child(options.pool, sample, dot, hash);
        /* With everything that a process does at its end. */
        exit(0);
    }
    ends_well(child);
    MUST(abreast_ddot(N, x, x, &again, &options));
    CHECK(again == dot);
    fork_while_others_are_at_it();
    MUST(abreast_ddot(N, x, x, &again, &options));
    CHECK(again == dot);
    MUST(abreast_pool_free(options.pool));
    MUST(abreast_sample_free(sample));
    puts("forked");
    return 0;
}
