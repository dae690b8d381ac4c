#define _GNU_SOURCE
#include "harm.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int32_t planted_harm(uint32_t act)
{
    /* Where nothing is mapped. Not NULL, which a sanitizer would find before the system does. */
    volatile int *volatile nowhere = (volatile int *)16;
    switch (act) {
    case PLANTED_SEGFAULT:
        *nowhere = 1;
        break;
    case PLANTED_ABORT:
        abort();
    case PLANTED_EXIT:
        exit(3);
    case PLANTED_SPIN:
        for (volatile unsigned i = 0;; i++)
            ;
    case PLANTED_EAT:
        /* Far more than any limit of a test; touched, so that it is really taken. */
        for (size_t eaten = 0; eaten < (size_t)1 << 36; eaten += 1 << 24) {
            void *block = malloc(1 << 24);
            if (block == NULL)
                return 1;
            memset(block, 1, 1 << 24);
        }
        break;
    case PLANTED_PRINT:
        printf("a kernel prints to standard output\n");
        fflush(stdout);
        break;
    case PLANTED_READ:
        /* Standard input is empty in a worker; the link must not be there. */
        return getchar() == EOF ? 0 : 2;
    case PLANTED_STOP:
        raise(SIGSTOP);
        break;
    case PLANTED_CLOSE:
        for (int fd = 3; fd < 256; fd++)
            close(fd);
        break;
    case PLANTED_BABBLE:
        /* Writes what no worker says to whatever it has open: its link is among that. */
        for (int fd = 3; fd < 64; fd++)
            if (write(fd, "babble", 6) < 0)
                continue;
        break;
    case PLANTED_KILL:
        raise(SIGKILL);
        break;
    default:
        break;
    }
    return 0;
}
