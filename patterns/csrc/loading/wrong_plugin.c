/* Counterexample: a library that leaves behind what is called or read once it is gone. */
/* For mmap and usleep, which C11 alone does not have. */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int32_t ab_plugin_version(void);
void ab_wrong_scratch(void);
int ab_wrong_start(void);

/* Of a later version than its readers know. */
int32_t ab_plugin_version(void)
{
    return 2;
}

static void end_thread(void *data)
{
    free(data);
}

/* Keeps something for the calling thread, and a function that frees it; nobody ever takes that back. */
void ab_wrong_scratch(void)
{
    pthread_key_t key;
    if (pthread_key_create(&key, end_thread) == 0)
        pthread_setspecific(key, malloc(8));
}

static volatile double *table;

static void *work(void *unused)
{
    double sum = 0.0;
    while (sum >= 0.0) {
        sum += table[0];
        usleep(1000);
    }
    return unused;
}

/* A thread that reads the table for ever. */
int ab_wrong_start(void)
{
    pthread_t thread;
    table = mmap(NULL, sizeof(double), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return table == MAP_FAILED ? 1 : pthread_create(&thread, NULL, work, NULL);
}

/* Also at the end of the process, whose threads go on until all of this has returned. */
__attribute__((destructor)) static void unload(void)
{
    if (table == NULL)
        return;
    munmap((void *)table, sizeof(double));
    /* As long as whatever else there is to be ended may take. */
    sleep(10);
}
