/* Pattern: a va_list formatted by C. */
#include "shim.h"

#include "error_handlers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ab_lambert_text *receiver;

static void format_text(int level, const char *format, va_list arguments)
{
    char small[128], *large = NULL;
    /* vsnprintf uses a va_list up: a second pass needs a copy from before the first. */
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(small, sizeof small, format, arguments);
    if (length >= (int)sizeof small)
        large = malloc((size_t)length + 1);
    if (large != NULL) {
        vsnprintf(large, (size_t)length + 1, format, again);
        receiver(level, large, (size_t)length);
    } else if (length < 0) {
        receiver(level, format, strlen(format));
    } else {
        receiver(level, small, strlen(small));
    }
    free(large);
    va_end(again);
}

void ab_lambert_log_texts(ab_lambert_text *text)
{
    receiver = text;
    ab_lambert_set_log(format_text);
}
