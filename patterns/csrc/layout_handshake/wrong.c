/* Counterexample: the same library two releases later, as it would be linked by accident: its struct has drifted, and
   so has what it tells of it. */
#include <stddef.h>
#include <stdint.h>

/* Release 2: somebody sorted the fields by name. As large as before. */
typedef struct sorted_step {
    int32_t accepted;
    uint32_t calls;
    double error;
    double h;
    double t;
} sorted_step;

/* Release 3: two more numbers at the end. */
typedef struct grown_step {
    double t, h, error;
    uint32_t calls;
    int32_t accepted;
    double norm;
    double stiffness;
} grown_step;

#define FIELD(type, name, kind) offsetof(type, name), sizeof((type *)0)->name, kind

static size_t tell(const size_t *layout, size_t count, size_t n, size_t *out)
{
    for (size_t i = 0; i < n && i < count; i++)
        out[i] = layout[i];
    return count;
}

size_t ab_sorted_step_layout(size_t n, size_t *out)
{
    static const size_t layout[] = {
        sizeof(sorted_step), _Alignof(sorted_step),
        FIELD(sorted_step, t, 1), FIELD(sorted_step, h, 1), FIELD(sorted_step, error, 1),
        FIELD(sorted_step, calls, 2), FIELD(sorted_step, accepted, 3),
    };
    return tell(layout, sizeof layout / sizeof *layout, n, out);
}

size_t ab_grown_step_layout(size_t n, size_t *out)
{
    static const size_t layout[] = {
        sizeof(grown_step), _Alignof(grown_step),
        FIELD(grown_step, t, 1), FIELD(grown_step, h, 1), FIELD(grown_step, error, 1),
        FIELD(grown_step, calls, 2), FIELD(grown_step, accepted, 3),
        FIELD(grown_step, norm, 1), FIELD(grown_step, stiffness, 1),
    };
    return tell(layout, sizeof layout / sizeof *layout, n, out);
}

/* A rejected step from 0 to 100 with an error of 1e-9, as each release writes it. */
void ab_sorted_step(void *step)
{
    *(sorted_step *)step = (sorted_step){0, 2, 1e-9, 100.0, 100.0};
}

void ab_grown_step(void *step)
{
    *(grown_step *)step = (grown_step){100.0, 100.0, 1e-9, 2, 0, 7.0, 8.0};
}
