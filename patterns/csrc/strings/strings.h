/* Example: names of quantities: in a field of fixed size, and as text that C allocates. */
#ifndef AB_STRINGS_H
#define AB_STRINGS_H

#include <stddef.h>
#include <stdint.h>

#define AB_NAME_CAPACITY 16

/* UTF-8, filled up with zeros; a name of 16 bytes fills it, and then there is NO zero at its end. */
struct ab_quantity {
    char name[AB_NAME_CAPACITY];
    char unit[8];
};

/* Names it: `length` bytes at `name`, which need no zero at their end. Returns 0; or, nothing changed, -1
 * when they are more than 16, -2 when a zero is among them. Null is fine with length 0. */
int32_t ab_quantity_set_name(struct ab_quantity *quantity, const char *name, size_t length);

/* A new text, "name in unit", with a zero at its end; null without memory. Give it to ab_text_free, on any
 * thread. Whatever bytes are in the fields, none is read beyond their ends. */
char *ab_quantity_describe(const struct ab_quantity *quantity);

/* Frees what ab_quantity_describe made, once. Null is fine. */
void ab_text_free(char *text);

/* The number of bytes of `text` before the first `byte`, or of all; `text` ends with a zero. */
size_t ab_text_before(const char *text, char byte);

/* How many texts of ab_quantity_describe are alive, in all threads. */
int64_t ab_text_live(void);

#endif
