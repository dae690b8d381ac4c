/* OpenMP beside our executors: what its own loops and regions cost. */
#include <stddef.h>
#include <stdint.h>

typedef void task(void *of, size_t i);

void peers_omp_static(int threads, size_t n, task *run, void *of)
{
#pragma omp parallel for schedule(static) num_threads(threads)
    for (size_t i = 0; i < n; i++)
        run(of, i);
}

void peers_omp_dynamic(int threads, size_t n, task *run, void *of)
{
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (size_t i = 0; i < n; i++)
        run(of, i);
}
