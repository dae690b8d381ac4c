/* How many threads OpenMP gives to whom. Prints counts. */
#define _DEFAULT_SOURCE
#include <omp.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALLERS = 3 };

static pthread_barrier_t all;
static int together, given[CALLERS], limited[CALLERS];

static int threads_now(void)
{
    int n = 0;
#pragma omp parallel
    {
#pragma omp single
        n = omp_get_num_threads();
    }
    return n;
}

static void *call(void *data)
{
    const int me = (int)(size_t)data;
    given[me] = threads_now();
    /* All callers and all their threads are here at once, or this never returns. */
#pragma omp parallel
    {
        __atomic_fetch_add(&together, 1, __ATOMIC_RELAXED);
        pthread_barrier_wait(&all);
    }
    omp_set_num_threads(1);
    limited[me] = threads_now();
    return NULL;
}

static void callers(int each)
{
    pthread_t threads[CALLERS];
    pthread_barrier_init(&all, NULL, (unsigned)(CALLERS * each));
    /* In vain. */
    omp_set_num_threads(5);
    printf("main, after omp_set_num_threads(5): %d\n", threads_now());
    for (size_t i = 0; i < CALLERS; i++)
        pthread_create(&threads[i], NULL, call, (void *)i);
    for (size_t i = 0; i < CALLERS; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < CALLERS; i++)
        printf("caller: %d, after omp_set_num_threads(1): %d\n", given[i], limited[i]);
    printf("at once: %d\n", together);
}

static void forks(void)
{
    printf("parent: %d\n", threads_now());
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        alarm(1);
        _exit(threads_now());
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status))
        printf("child: %d\n", WEXITSTATUS(status));
    else
        printf("child: ended by signal %d\n", WTERMSIG(status));
}

int main(int arguments, char **argument)
{
    if (arguments > 1 && strcmp(argument[1], "fork") == 0)
        forks();
    else
        callers(2);
    return 0;
}
