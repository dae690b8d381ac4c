/* Example: a library, in place of yours. */
#define _POSIX_C_SOURCE 200809L
#include "strings.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Atomic int64_t live = 0;

int32_t ab_quantity_set_name(struct ab_quantity *quantity, const char *name, size_t length)
{
    if (length > sizeof quantity->name)
        return -1;
    if (length > 0 && memchr(name, 0, length) != NULL)
        return -2;
    memset(quantity->name, 0, sizeof quantity->name);
    if (length > 0)
        memcpy(quantity->name, name, length);
    return 0;
}

char *ab_quantity_describe(const struct ab_quantity *quantity)
{
    static const char in[] = " in ";
    size_t name = strnlen(quantity->name, sizeof quantity->name);
    size_t unit = strnlen(quantity->unit, sizeof quantity->unit);
    char *text = malloc(name + sizeof in + unit), *end = text;
    if (text == NULL)
        return NULL;
    memcpy(end, quantity->name, name);
    end += name;
    memcpy(end, in, sizeof in - 1);
    end += sizeof in - 1;
    memcpy(end, quantity->unit, unit);
    end[unit] = '\0';
    atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
    return text;
}

void ab_text_free(char *text)
{
    if (text == NULL)
        return;
    atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
    free(text);
}

size_t ab_text_before(const char *text, char byte)
{
    const char *at = text;
    while (*at != '\0' && *at != byte)
        at++;
    return (size_t)(at - text);
}

int64_t ab_text_live(void)
{
    return atomic_load_explicit(&live, memory_order_relaxed);
}
