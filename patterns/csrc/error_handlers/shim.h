/* Pattern: messages of ab_lambert as ready texts, for a language that has no va_list. */
#ifndef AB_ERROR_HANDLERS_SHIM_H
#define AB_ERROR_HANDLERS_SHIM_H

#include <stddef.h>

/* A text of length bytes, which is gone when this has returned. It neither throws nor jumps. */
typedef void ab_lambert_text(int level, const char *text, size_t length);

/* Sets the logger of the process to one that formats each message and hands it to text, which is not null. As for
 * ab_lambert_set_log, no other function may run meanwhile. Without memory for a long message its first 127 bytes
 * are handed on. */
void ab_lambert_log_texts(ab_lambert_text *text);

#endif
