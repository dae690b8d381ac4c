/* Pattern: bits, tag and size are the business of C. */
#include "unions_and_tails.h"

#include <stdlib.h>
#include <string.h>

static size_t size(uint32_t count)
{
    return offsetof(ab_series, values) + (size_t)count * sizeof(double);
}

ab_series *ab_series_new(uint32_t count)
{
    if (count >> 25 != 0)
        return NULL;
    ab_series *series = calloc(1, size(count));
    if (series != NULL)
        series->count = count;
    return series;
}

ab_series *ab_series_copy(const ab_series *series)
{
    ab_series *copy = ab_series_new(series->count);
    if (copy != NULL)
        memcpy(copy, series, size(series->count));
    return copy;
}

void ab_series_free(ab_series *series)
{
    free(series);
}

uint32_t ab_series_axis(const ab_series *series)
{
    return series->axis;
}

uint32_t ab_series_decimals(const ab_series *series)
{
    return series->decimals;
}

uint32_t ab_series_count(const ab_series *series)
{
    return series->count;
}

int32_t ab_series_set_decimals(ab_series *series, uint32_t decimals)
{
    /* An assignment would cut it. */
    if (decimals >> 5 != 0)
        return -1;
    series->decimals = decimals;
    return 0;
}

void ab_series_set_step(ab_series *series, double step)
{
    series->axis = AB_AXIS_STEP;
    series->at.step = step;
}

void ab_series_set_ticks(ab_series *series, int64_t ticks)
{
    series->axis = AB_AXIS_TICKS;
    series->at.ticks = ticks;
}

void ab_series_set_none(ab_series *series)
{
    series->axis = AB_AXIS_NONE;
}

void ab_series_layout(size_t layout[3])
{
    layout[0] = sizeof(ab_series);
    layout[1] = offsetof(ab_series, at);
    layout[2] = offsetof(ab_series, values);
}

/* Example: what is done with a series. */
double ab_series_sum(const ab_series *series)
{
    double sum = 0.0;
    for (uint32_t i = 0; i < series->count; i++)
        sum += series->values[i];
    return sum;
}
