/* C in the way of the unwinding table: it has tables, as on x86-64 all C has, and cleans up behind the call. */
#include <stdint.h>
#include <stdlib.h>

void ab_plain(int32_t event, void (*callback)(int32_t), void (*note)(const char *))
{
    void *memory = malloc(64);
    callback(event);
    free(memory);
    /* What C frees is what C++ would destroy. */
    note("dropped in C++\n");
}
