/* Example: a host written in C. */
#include "panic_firewall.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

struct work {
    pthread_t thread;
    int calls;
    int64_t as_told;
};

static int panics_as_told(void)
{
    double data[2] = {1.0, NAN}, result = -1.0;
    char text[16];
    return ab_quantile(2, data, 0.5, &result) == AB_QUANTILE_PANIC && result == -1.0 &&
           ab_quantile_panic(text, sizeof text) > 0 && strcmp(text, "not to be order") == 0;
}

static int answers_as_told(void)
{
    double data[3] = {3.0, 1.0, 2.0}, result = -1.0;
    return ab_quantile(3, data, 0.5, &result) == AB_QUANTILE_OK && result == 2.0;
}

static void *run(void *argument)
{
    struct work *work = argument;
    for (int i = 0; i < work->calls; i++)
        work->as_told += i % 2 == 0 ? panics_as_told() : answers_as_told();
    return NULL;
}

int64_t ab_quantile_host(int threads, int calls)
{
    struct work works[64];
    int64_t as_told = 0;
    int started = 0;
    while (started < threads && started < 64) {
        works[started] = (struct work){.calls = calls};
        if (pthread_create(&works[started].thread, NULL, run, &works[started]) != 0)
            break;
        started++;
    }
    for (int i = 0; i < started; i++) {
        pthread_join(works[i].thread, NULL);
        as_told += works[i].as_told;
    }
    return as_told;
}
