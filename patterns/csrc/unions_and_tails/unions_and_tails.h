/* Pattern: a struct whose declaration does not say everything, and functions for what another language cannot read
 * of it. Here a series of samples, in one piece of memory: a word of bits, a union, and the samples behind them. */
#ifndef AB_UNIONS_AND_TAILS_H
#define AB_UNIONS_AND_TAILS_H

#include <stddef.h>
#include <stdint.h>

/* Which member of `at` holds. There may be others one day. */
enum { AB_AXIS_NONE, AB_AXIS_STEP, AB_AXIS_TICKS };

typedef struct ab_series {
    uint32_t axis : 2;
    uint32_t decimals : 5; /* of a sample, that are worth printing */
    uint32_t count : 25;   /* of the samples */
    union {
        double step;   /* AB_AXIS_STEP: seconds between two samples */
        int64_t ticks; /* AB_AXIS_TICKS: nanoseconds between them */
    } at;
    double values[]; /* count of them, not in sizeof(ab_series) */
} ab_series;

/* No pointer below may be null unless it says so, and each is one of ab_series_new or _copy, not of a copy of the
 * struct. No state: two threads may use two series, or read one, at the same time. */

/* count zeros without an axis; null without memory, or where count has more than 25 bits. Give it to
 * ab_series_free. */
ab_series *ab_series_new(uint32_t count);

/* Another one of the same content, samples included; null without memory. */
ab_series *ab_series_copy(const ab_series *series);

/* Null is fine. */
void ab_series_free(ab_series *series);

/* The fields of bits, for those who cannot name them. */
uint32_t ab_series_axis(const ab_series *series);
uint32_t ab_series_decimals(const ab_series *series);
uint32_t ab_series_count(const ab_series *series);

/* Returns 0, or -1 for a number of more than 5 bits, and changes nothing then. */
int32_t ab_series_set_decimals(ab_series *series, uint32_t decimals);

/* The member and its tag, together; or the tag alone, of no member. */
void ab_series_set_step(ab_series *series, double step);
void ab_series_set_ticks(ab_series *series, int64_t ticks);
void ab_series_set_none(ab_series *series);

/* sizeof(ab_series), and the offsets of `at` and of `values`, for who declares it elsewhere. */
void ab_series_layout(size_t layout[3]);

/* Example: the sum of the samples, from the first to the last. */
double ab_series_sum(const ab_series *series);

#endif
