/* Example: a library, in place of yours. */
#include "who_frees.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { ALIGNMENT = 64 };

static _Atomic int64_t live = 0;

/* The array begins at the next multiple of ALIGNMENT after room for a pointer, and that pointer, just
 * before the array, is what malloc returned. */
double *ab_nodes_new(size_t n)
{
    const double pi = 3.141592653589793;
    const size_t spare = sizeof(void *) + ALIGNMENT - 1;
    if (n == 0 || n > (PTRDIFF_MAX - spare) / sizeof(double))
        return NULL;
    char *whole = malloc(spare + n * sizeof(double));
    if (whole == NULL)
        return NULL;
    uintptr_t first = ((uintptr_t)whole + spare) / ALIGNMENT * ALIGNMENT;
    double *nodes = (double *)first;
    ((void **)first)[-1] = whole;
    for (size_t i = 0; i < n; i++)
        nodes[i] = cos(((double)i + 0.5) * pi / (double)n);
    atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
    return nodes;
}

void ab_nodes_free(double *nodes)
{
    if (nodes == NULL)
        return;
    atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
    free(((void **)(void *)nodes)[-1]);
}

int64_t ab_nodes_live(void)
{
    return atomic_load_explicit(&live, memory_order_relaxed);
}

double ab_nodes_consume(double *data, size_t n, ab_release *release)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += data[i];
    release(data, n);
    return sum;
}
