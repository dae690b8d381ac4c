/* What a C function can do to the process that calls it. */
#ifndef PLANTED_HARM_H
#define PLANTED_HARM_H

#include <stdint.h>

enum {
    PLANTED_NOTHING,
    PLANTED_SEGFAULT,
    PLANTED_ABORT,
    PLANTED_EXIT,
    PLANTED_SPIN,
    PLANTED_EAT,
    PLANTED_PRINT,
    PLANTED_READ,
    PLANTED_STOP,
    PLANTED_CLOSE,
    PLANTED_BABBLE,
    PLANTED_KILL,
    PLANTED_NAP,
    PLANTED_TRUNCATE,
    PLANTED_PUNCH,
    PLANTED_REPLACE,
    PLANTED_LEAVE_CHILD,
    PLANTED_SHUT,
    PLANTED_NONBLOCK,
};

/* Does it. Returns 0 if that can be survived, 1 without memory, 2 if there was something to read. */
int32_t planted_harm(uint32_t act);

#endif
