/* What a C function can do to the process that calls it. */
#ifndef MUTANTS_HARM_H
#define MUTANTS_HARM_H

#include <stdint.h>

enum {
    MUTANTS_NOTHING,
    MUTANTS_SEGFAULT,
    MUTANTS_ABORT,
    MUTANTS_EXIT,
    MUTANTS_SPIN,
    MUTANTS_EAT,
    MUTANTS_PRINT,
    MUTANTS_READ,
    MUTANTS_STOP,
    MUTANTS_CLOSE,
    MUTANTS_BABBLE,
    MUTANTS_KILL,
    MUTANTS_NAP,
    MUTANTS_TRUNCATE,
    MUTANTS_PUNCH,
    MUTANTS_REPLACE,
    MUTANTS_LEAVE_CHILD,
    MUTANTS_SHUT,
    MUTANTS_NONBLOCK,
    MUTANTS_LEAVE,
    MUTANTS_QUIT,
};

/* Does it. Returns 0 if that can be survived, 1 without memory, 2 if there was something to read. */
int32_t mutant_harm(uint32_t act);

#endif
