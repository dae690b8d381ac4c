/* Example: somebody else's root finder: Newton's method for c[0] + c[1] x + c[2] x^2 + c[3] x^3.
 *
 * What is known about it: it reports that it found nothing; it throws std::domain_error where the
 * tangent is flat; its problem and its iterates lie in globals, so that in the whole process one call
 * may run at a time; and it aborts on a start that is not finite, by an assertion that was left in. */
#ifndef AB_LADDER_H
#define AB_LADDER_H

#include <stdint.h>

#define AB_CUBIC_OK 0
#define AB_CUBIC_NO_ROOT 1 /* not found in 60 steps */
#define AB_CUBIC_THREW 2   /* an exception: text says which. Only from ab_cubic_caught */

/* Plain data in and out: what can be sent to a thread or to a process. */
typedef struct ab_cubic {
    double c[4];
    double start;
} ab_cubic;

typedef struct ab_cubic_answer {
    double root;
    uint64_t thread; /* which thread worked: counted from 1, never given twice */
    int32_t status;
    char text[60]; /* ends with a zero byte; cut to fit */
} ab_cubic_answer;

#ifdef __cplusplus
extern "C" {
#define AB_NOEXCEPT noexcept
#else
#define AB_NOEXCEPT
#endif

/* Both read one problem and write the whole answer. An exception out of the first ends the process;
 * the second makes it a status. */
void ab_cubic_bare(const ab_cubic *cubic, ab_cubic_answer *answer) AB_NOEXCEPT;
void ab_cubic_caught(const ab_cubic *cubic, ab_cubic_answer *answer) AB_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#undef AB_NOEXCEPT
#endif
