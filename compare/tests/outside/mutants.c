// Sums of n numbers, each with one fault. None of them may start a process: a worker that runs one is
// stopped, what it started is not.
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
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
