#define _GNU_SOURCE
#include "harm.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Above every descriptor that a worker has. */
enum { FDS = 64 };

/* Sleeps so many milliseconds. */
static void nap(long ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0)
        ;
}

/* Closes what the worker has open and opens a file of the user's under the same numbers, as a
   library does that closes a descriptor twice. */
static void replace(const char *file)
{
    for (int fd = 3; fd < FDS; fd++)
        close(fd);
    for (int fd = 3; fd < FDS; fd++)
        if (open(file, O_RDWR) < 0)
            return;
}

int32_t mutant_harm(uint32_t act)
{
    /* Where nothing is mapped. Not NULL, which a sanitizer would find before the system does. */
    volatile int *volatile nowhere = (volatile int *)16;
    switch (act) {
    case MUTANTS_SEGFAULT:
        *nowhere = 1;
        break;
    case MUTANTS_ABORT:
        abort();
    case MUTANTS_EXIT:
        exit(3);
    case MUTANTS_SPIN:
        for (volatile unsigned i = 0;; i++)
            ;
    case MUTANTS_EAT:
        /* Far more than any limit of a test; touched, so that it is really taken. */
        for (size_t eaten = 0; eaten < (size_t)1 << 36; eaten += 1 << 24) {
            void *block = malloc(1 << 24);
            if (block == NULL)
                return 1;
            memset(block, 1, 1 << 24);
        }
        break;
    case MUTANTS_PRINT:
        printf("a kernel prints to standard output\n");
        fflush(stdout);
        break;
    case MUTANTS_READ:
        /* Standard input is empty in a worker; the link must not be there. */
        return getchar() == EOF ? 0 : 2;
    case MUTANTS_STOP:
        raise(SIGSTOP);
        break;
    case MUTANTS_CLOSE:
        for (int fd = 3; fd < 256; fd++)
            close(fd);
        break;
    case MUTANTS_BABBLE:
        /* Writes what no worker says to whatever it has open: its link is among that. */
        for (int fd = 3; fd < 64; fd++)
            if (write(fd, "babble", 6) < 0)
                continue;
        break;
    case MUTANTS_KILL:
        raise(SIGKILL);
        break;
    case MUTANTS_NAP:
        nap(100);
        break;
    case MUTANTS_TRUNCATE:
        for (int fd = 3; fd < FDS; fd++) {
            if (ftruncate(fd, 0) < 0 || ftruncate(fd, 1 << 20) < 0)
                continue;
        }
        break;
    case MUTANTS_PUNCH:
        for (int fd = 3; fd < FDS; fd++)
            if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 1 << 30) < 0)
                continue;
        break;
    case MUTANTS_REPLACE:
        replace(getenv("ABREAST_TEST_FILE"));
        break;
    case MUTANTS_LEAVE_CHILD: {
        /* It holds the link, and ends long after the worker has. Not the standard streams: whoever reads
         * what the test prints waits until the last process has closed them. */
        pid_t child = fork();
        if (child == 0) {
            for (int fd = 0; fd < 3; fd++)
                close(fd);
            nap(120000);
            _exit(0);
        }
        _exit(child < 0 ? 4 : 3);
    }
    case MUTANTS_SHUT:
        for (int fd = 3; fd < FDS; fd++)
            if (shutdown(fd, SHUT_WR) < 0)
                continue;
        break;
    case MUTANTS_NONBLOCK:
        for (int fd = 3; fd < FDS; fd++)
            if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
                continue;
        break;
    case MUTANTS_LEAVE:
        exit(0);
    case MUTANTS_QUIT:
        _exit(0);
    default:
        break;
    }
    return 0;
}
