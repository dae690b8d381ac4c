/* Pattern: jumps that begin and end in C. Here in Cholesky's decomposition, by code that leaves errors with longjmp; outside
 * nobody sees that. */
#ifndef AB_LONGJMP_QUARANTINE_H
#define AB_LONGJMP_QUARANTINE_H

#include <stddef.h>
#include <stdint.h>

enum {
    AB_CHOLESKY_OK = 0,
    AB_CHOLESKY_INDEFINITE = 1, /* the matrix is not positive definite */
    AB_CHOLESKY_REFUSED = 2     /* the callback returned something else than 0 */
};

/* Puts the element in row i and column j into *a and returns 0, or returns something else, which ends the
 * decomposition. It returns: it neither throws nor jumps. */
typedef int (*ab_cholesky_fn)(void *user, size_t i, size_t j, double *a);

/* Puts L with L times its transpose equal to A into the lower triangle of l, which is n x n, row major;
 * only the elements of A with j <= i are asked for. After a failure l holds a part of it. No pointer is
 * null, but user, which is the caller's own, and l when n is 0; n * n doubles fit in memory. Any thread.
 * The jumps stay in here: setjmp and longjmp are both in this library, and no callback is on the stack
 * when it jumps. */
int32_t ab_cholesky(size_t n, ab_cholesky_fn element, void *user, double *l);

#endif
