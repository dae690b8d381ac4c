/* Counterexample: a library that lets its callbacks jump out, as some do. */
#include <setjmp.h>
#include <stdint.h>

static _Thread_local jmp_buf out;

int32_t ab_cholesky_visit(void (*callback)(void *), void *user)
{
    if (setjmp(out) != 0)
        return 1;
    callback(user);
    return 0;
}

/* "Call this from a callback to give up." */
_Noreturn void ab_cholesky_give_up(void)
{
    longjmp(out, 1);
}
