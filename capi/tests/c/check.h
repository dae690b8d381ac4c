/* What the test programs share. */
#ifndef CHECK_H
#define CHECK_H

#include <abreast.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ends the program unless the condition holds. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* Ends the program unless the call succeeds. */
#define MUST(call)                                                                                 \
    do {                                                                                           \
        abreast_status must_status = (call);                                                       \
        if (must_status != ABREAST_OK) {                                                           \
            char must_text[256];                                                                   \
            (void)abreast_last_error(must_text, sizeof must_text, NULL);                           \
            fprintf(stderr, "%s:%d: %s: %s: %s\n", __FILE__, __LINE__, #call,                      \
                    abreast_status_name(must_status), must_text);                                  \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

#endif
