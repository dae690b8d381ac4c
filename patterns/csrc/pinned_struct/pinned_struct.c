/* Example: a library, in place of yours. */
#include "pinned_struct.h"

#include <stdlib.h>

struct ab_mean_state {
    ab_mean *owner;
    double *window; /* a ring of width numbers */
    size_t width, filled, next;
};

static void *by_calloc(void *opaque, size_t items, size_t size)
{
    (void)opaque;
    return calloc(items, size);
}

static void by_free(void *opaque, void *memory)
{
    (void)opaque;
    free(memory);
}

static int is_stream(const ab_mean *mean)
{
    return mean->state != NULL && mean->state->owner == mean;
}

int32_t ab_mean_init(ab_mean *mean, size_t width)
{
    mean->state = NULL;
    if (width == 0)
        return AB_MEAN_WIDTH;
    if (mean->alloc == NULL && mean->release == NULL) {
        mean->alloc = by_calloc;
        mean->release = by_free;
    }
    if (mean->alloc == NULL || mean->release == NULL)
        return AB_MEAN_STREAM;
    ab_mean_state *state = mean->alloc(mean->opaque, 1, sizeof *state);
    if (state == NULL)
        return AB_MEAN_MEMORY;
    double *window = mean->alloc(mean->opaque, width, sizeof *window);
    if (window == NULL) {
        mean->release(mean->opaque, state);
        return AB_MEAN_MEMORY;
    }
    *state = (ab_mean_state){mean, window, width, 0, 0};
    mean->state = state;
    return AB_MEAN_OK;
}

static double next_mean(ab_mean_state *state, double x)
{
    state->window[state->next] = x;
    state->next = state->next + 1 == state->width ? 0 : state->next + 1;
    state->filled += state->filled < state->width;
    double sum = 0.0;
    for (size_t i = 0; i < state->filled; i++)
        sum += state->window[i];
    return sum / (double)state->filled;
}

int32_t ab_mean_run(ab_mean *mean)
{
    if (!is_stream(mean))
        return AB_MEAN_STREAM;
    for (; mean->avail_in > 0 && mean->avail_out > 0; mean->avail_in--, mean->avail_out--)
        *mean->next_out++ = next_mean(mean->state, *mean->next_in++);
    return AB_MEAN_OK;
}

int32_t ab_mean_end(ab_mean *mean)
{
    if (!is_stream(mean))
        return AB_MEAN_STREAM;
    mean->release(mean->opaque, mean->state->window);
    mean->release(mean->opaque, mean->state);
    mean->state = NULL;
    return AB_MEAN_OK;
}
