#define _GNU_SOURCE
#include "fatal.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void crash(void)
{
    /* Where nothing is mapped. Not NULL, which a sanitizer would find before the system does. */
    volatile int *volatile nowhere = (volatile int *)16;
    *nowhere = 1;
}

static void loop(void)
{
    for (volatile unsigned i = 0;; i++)
        ;
}

static void sleep_for_ever(void)
{
    for (;;)
        pause();
}

static void *crash_later(void *unused)
{
    usleep(20 * 1000);
    crash();
    return unused;
}

static void leave_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, crash_later, NULL) == 0)
        pthread_detach(thread);
}

static void replace_output(void)
{
    int file = open("/dev/null", O_WRONLY);
    if (file >= 0) {
        dup2(file, 1);
        close(file);
    }
}

static void babble(void)
{
    for (int fd = 3; fd < 64; fd++)
        if (write(fd, "babble", 6) < 0)
            continue;
}

static void eat(void)
{
    /* Far more than a test allows, in few blocks that are not touched: the machine has other things
     * to do. */
    for (int i = 0; i < 16; i++)
        if (malloc((size_t)1 << 32) == NULL)
            crash();
}

static void handle(int signal)
{
    (void)signal;
}

static void keep(void)
{
    char *lost = malloc(4096);
    if (lost != NULL)
        memset(lost, 1, 4096);
    __asm__ volatile("" : : "r"(lost) : "memory");
}

/* Once in a process that was started, never in one that was forked: what calls this goes on in both
 * processes, and would fork again in both. A copy that comes here says so. 0 in the copy. */
static pid_t fork_once(void)
{
    static const char copy[] = "a forked copy goes on\n";
    static pid_t first;
    pid_t nobody = 0, self = getpid();
    if (__atomic_compare_exchange_n(&first, &nobody, self, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        return fork();
    if (self != __atomic_load_n(&first, __ATOMIC_SEQ_CST) && write(2, copy, sizeof copy - 1) < 0)
        abort();
    return -1;
}

void mutant_fatal(uint32_t act)
{
    static int done;
    switch (act) {
    case MUTANTS_FATAL_PRINT:
        printf("a kernel prints to standard output\n");
        fflush(stdout);
        break;
    case MUTANTS_FATAL_EXIT:
        exit(0);
    case MUTANTS_FATAL_QUIT:
        _exit(0);
    case MUTANTS_FATAL_CRASH:
        crash();
        break;
    case MUTANTS_FATAL_ABORT:
        abort();
    case MUTANTS_FATAL_KILL:
        raise(SIGKILL);
        break;
    case MUTANTS_FATAL_CLOSE_OUTPUT:
        close(1);
        break;
    case MUTANTS_FATAL_REPLACE_OUTPUT:
        replace_output();
        break;
    case MUTANTS_FATAL_CLOSE_ALL:
        for (int fd = 3; fd < 1024; fd++)
            close(fd);
        break;
    case MUTANTS_FATAL_BABBLE:
        babble();
        break;
    case MUTANTS_FATAL_FORK:
        fork_once();
        break;
    case MUTANTS_FATAL_ORPHAN:
        if (fork_once() == 0)
            sleep_for_ever();
        raise(SIGKILL);
        break;
    case MUTANTS_FATAL_CRASH_AT_EXIT:
        if (!done++)
            atexit(crash);
        break;
    case MUTANTS_FATAL_THREAD:
        if (!done++)
            leave_thread();
        break;
    case MUTANTS_FATAL_LOOP:
        loop();
        break;
    case MUTANTS_FATAL_SLEEP:
        sleep_for_ever();
        break;
    case MUTANTS_FATAL_STOP:
        raise(SIGSTOP);
        break;
    case MUTANTS_FATAL_LOOP_AT_EXIT:
        if (!done++)
            atexit(loop);
        break;
    case MUTANTS_FATAL_EAT:
        if (!done++)
            eat();
        break;
    case MUTANTS_FATAL_FOLDER:
        if (chdir("/") != 0)
            abort();
        break;
    case MUTANTS_FATAL_IGNORE:
        signal(SIGUSR2, SIG_IGN);
        break;
    case MUTANTS_FATAL_HANDLE:
        signal(SIGUSR2, handle);
        break;
    case MUTANTS_FATAL_UMASK:
        umask(0);
        break;
    case MUTANTS_FATAL_OPEN:
        if (open("/dev/null", O_RDONLY) < 0)
            abort();
        break;
    case MUTANTS_FATAL_KEEP:
        keep();
        break;
    default:
        break;
    }
}
