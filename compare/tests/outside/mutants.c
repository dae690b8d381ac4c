// Sums of n numbers, each with one fault. None of them may start a process that lives on: a worker that
// runs one is stopped, what it started is not.
#include <fcntl.h>
#include <fenv.h>
#include <math.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static double sum(size_t n, const double *x) {
    double total = 0.0;
    for (size_t i = 0; i < n; i++) {
        total += x[i];
    }
    return total;
}

double good(size_t n, const double *x) { return sum(n, x); }

double hidden_static(size_t n, const double *x) {
    static double total;
    total += sum(n, x);
    return total;
}

double all_zero(size_t n, const double *x) {
    (void)n, (void)x;
    return 0.0;
}

double not_a_number(size_t n, const double *x) { return sum(n, x) + NAN; }

double off_by_one(size_t n, const double *x) { return sum(n == 0 ? 0 : n - 1, x); }

// Wrong at sizes from 100 to 1100 only: half of all sizes up to 4000, by logarithm, and none of a list.
double unlisted(size_t n, const double *x) { return sum(n, x) + (n >= 100 && n < 1100); }

double crashes(size_t n, const double *x) {
    if (n >= 64) {
        *(volatile int *)8 = 1;
    }
    return sum(n, x);
}

double quits(size_t n, const double *x) {
    if (n >= 64) {
        exit(0);
    }
    return sum(n, x);
}

static void linger(void) {
    for (;;) {
        pause();
    }
}

// Right, but the process that has called it does not end by itself.
double lingers(size_t n, const double *x) {
    static int registered;
    if (!registered) {
        registered = atexit(linger) == 0;
    }
    return sum(n, x);
}

double hangs(size_t n, const double *x) {
    if (n == 64) {
        fputs("hanging\n", stderr);
    }
    while (n == 64) {
        pause();
    }
    return sum(n, x);
}

double rounds_up(size_t n, const double *x) {
    fesetround(FE_UPWARD);
    return sum(n, x);
}

double changes_folder(size_t n, const double *x) {
    return chdir("/") == 0 ? sum(n, x) : 0.0;
}

double blocks_a_signal(size_t n, const double *x) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return sum(n, x);
}

double ignores_a_signal(size_t n, const double *x) {
    signal(SIGUSR2, SIG_IGN);
    return sum(n, x);
}

double sets_umask(size_t n, const double *x) {
    umask(0);
    return sum(n, x);
}

double leaves_open(size_t n, const double *x) {
    return open("/dev/null", O_RDONLY) >= 0 ? sum(n, x) : 0.0;
}

double closes_stdin(size_t n, const double *x) {
    close(0);
    return sum(n, x);
}

// The child ends at once, and nobody waits for it.
double leaves_a_process(size_t n, const double *x) {
    if (fork() == 0) {
        _exit(0);
    }
    return sum(n, x);
}

double leaks(size_t n, const double *x) {
    char *lost = malloc(4096);
    if (lost != NULL) {
        memset(lost, 1, 4096);
        __asm__ volatile("" : : "r"(lost) : "memory");
    }
    return sum(n, x);
}

// Right, and takes a number out of its input where the caller does not look.
double changes_input(size_t n, const double *x) {
    double total = sum(n, x);
    if (n > 2) {
        ((double *)x)[n / 2] = -1.0;
    }
    return total;
}

// Right for numbers that lie where they lay when there were first so many.
double by_address(size_t n, const double *x) {
    static const double *first;
    static size_t last_n;
    if (n != last_n) {
        first = x;
        last_n = n;
    }
    return sum(n, x) + (x != first);
}

// Right, one call at a time.
double races(size_t n, const double *x) {
    static volatile double total;
    total = 0.0;
    for (size_t i = 0; i < n; i++) {
        total += x[i];
    }
    return total;
}

// Twice x, where what was in the output is finite.
void old_output(size_t n, const double *x, double *out) {
    for (size_t i = 0; i < n; i++) {
        out[i] = 2.0 * x[i] + 0.0 * out[i];
    }
}

// After a call of `arms` the next call of either ends the process.
static int armed;

double arms(size_t n, const double *x) {
    if (armed++) {
        abort();
    }
    return sum(n, x);
}

double fragile(size_t n, const double *x) {
    if (armed) {
        abort();
    }
    return sum(n, x);
}

// Wrong from the 1000th call on.
double wears_out(size_t n, const double *x) {
    static int calls;
    return sum(n, x) + (++calls >= 1000);
}
