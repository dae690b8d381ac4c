/* Example: a moving average of a stream that comes in blocks, in a struct that the caller allocates. */
#ifndef AB_PINNED_STRUCT_H
#define AB_PINNED_STRUCT_H

#include <stddef.h>
#include <stdint.h>

typedef struct ab_mean_state ab_mean_state;

/* Memory for items times size bytes, aligned for any type, or null; opaque is the stream's. Neither may throw
 * or jump, nor call a function of the stream. */
typedef void *ab_mean_alloc(void *opaque, size_t items, size_t size);
/* Takes back what ab_mean_alloc gave, which is not null. */
typedef void ab_mean_release(void *opaque, void *memory);

typedef struct ab_mean {
    const double *next_in; /* what there is to read */
    size_t avail_in;
    double *next_out; /* where there is room to write */
    size_t avail_out;
    ab_mean_alloc *alloc; /* both null: malloc and free */
    ab_mean_release *release;
    void *opaque;         /* handed to these two */
    ab_mean_state *state; /* the library's; it points back to this struct */
} ab_mean;

#define AB_MEAN_OK 0
#define AB_MEAN_WIDTH (-1)  /* the width is 0 */
#define AB_MEAN_STREAM (-2) /* the struct is not the one of ab_mean_init, or one hook is missing */
#define AB_MEAN_MEMORY (-4)

/* A struct is used by one thread at a time. Between ab_mean_init and ab_mean_end it must stay at its
 * address: a copy of it is no stream. Nothing is kept per thread. */

/* Begins an average over the last width numbers. The caller has set alloc, release and opaque; the hooks are
 * called from here to ab_mean_end. Unless it returns AB_MEAN_OK, nothing is left allocated. */
int32_t ab_mean_init(ab_mean *mean, size_t width);

/* Reads from next_in and writes the average of the last width numbers, or of all if they are fewer, to
 * next_out until one of the two has no more, and counts both on. The pointers are not used after the call;
 * they may be null where nothing is available, and must not overlap. */
int32_t ab_mean_run(ab_mean *mean);

/* Gives all memory back, and leaves state null. Of a struct that has none it is AB_MEAN_STREAM. */
int32_t ab_mean_end(ab_mean *mean);

#endif
