/* Example: a library, in place of yours. */
#include "borrowing_child.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct ab_table {
    size_t n;
    double y[];
};

struct ab_cursor {
    const ab_table *table;
    size_t i; /* the last interval; i + 1 < n */
};

ab_table *ab_table_new(size_t n, const double *y)
{
    if (n < 2 || n > (PTRDIFF_MAX - sizeof(ab_table)) / sizeof(double))
        return NULL;
    ab_table *table = malloc(sizeof *table + n * sizeof(double));
    if (table == NULL)
        return NULL;
    table->n = n;
    memcpy(table->y, y, n * sizeof(double));
    return table;
}

void ab_table_free(ab_table *table)
{
    free(table);
}

void ab_table_shift(ab_table *table, double d)
{
    for (size_t i = 0; i < table->n; i++)
        table->y[i] += d;
}

ab_cursor *ab_cursor_new(const ab_table *table)
{
    ab_cursor *cursor = malloc(sizeof *cursor);
    if (cursor == NULL)
        return NULL;
    cursor->table = table;
    cursor->i = 0;
    return cursor;
}

void ab_cursor_free(ab_cursor *cursor)
{
    free(cursor);
}

double ab_cursor_at(ab_cursor *cursor, double x)
{
    const ab_table *table = cursor->table;
    const double *y = table->y;
    if (isnan(x))
        return x;
    if (x <= 0.0)
        return y[0];
    if (x >= (double)(table->n - 1))
        return y[table->n - 1];
    /* The interval of before is most often the right one. */
    if (!((double)cursor->i <= x && x < (double)(cursor->i + 1)))
        cursor->i = (size_t)x;
    const double part = x - (double)cursor->i;
    return (1.0 - part) * y[cursor->i] + part * y[cursor->i + 1];
}
