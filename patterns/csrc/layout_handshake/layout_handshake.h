/* Pattern: a struct that both languages spell out, here one step of an integrator, and its layout in numbers. */
#ifndef AB_LAYOUT_HANDSHAKE_H
#define AB_LAYOUT_HANDSHAKE_H

#include <stddef.h>
#include <stdint.h>

typedef struct ab_step {
    double t;          /* where the step ended */
    double h;          /* how long it was */
    double error;      /* estimate of the error it made, never negative */
    uint32_t calls;    /* how often the derivative was evaluated */
    int32_t accepted;  /* 1 or 0 */
} ab_step;

/* What a declaration in another language has to agree with. Whoever changes the struct changes these
   lines too, and with them every hand-written copy. */
_Static_assert(offsetof(ab_step, t) == 0, "ab_step.t");
_Static_assert(offsetof(ab_step, h) == 8, "ab_step.h");
_Static_assert(offsetof(ab_step, error) == 16, "ab_step.error");
_Static_assert(offsetof(ab_step, calls) == 24, "ab_step.calls");
_Static_assert(offsetof(ab_step, accepted) == 28, "ab_step.accepted");
_Static_assert(sizeof(ab_step) == 32, "ab_step");

/* Kinds of fields, because a size alone does not tell a double from an int64_t. */
enum { AB_KIND_OTHER = 0, AB_KIND_F64 = 1, AB_KIND_U32 = 2, AB_KIND_I32 = 3 };

/* The layout that this library was compiled with, as plain numbers so that the answer itself cannot
   drift: size and alignment of ab_step, then offset, size and kind of each field in the order above.
   Writes the first n of them, or all where n is more, to out, which has room for n, and returns how many
   there are. out may be null when n is 0. Any thread, any time. */
size_t ab_step_layout(size_t n, size_t *out);

/* Example: takes one step of y' = -y from *t with *y and step h, and reports it in *step. None may be null.
   Keeps nothing; any thread. */
void ab_step_decay(double t, double h, double *y, ab_step *step);

#endif
