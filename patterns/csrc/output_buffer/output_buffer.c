/* Example: a library, in place of yours. */
#include "output_buffer.h"

#include <stdlib.h>

int32_t ab_primes_below(uint32_t limit, uint32_t *out, size_t capacity, size_t *written)
{
    *written = 0;
    if (limit <= 2)
        return AB_PRIMES_OK;
    char *composite = calloc(limit, 1);
    if (composite == NULL)
        return AB_PRIMES_MEMORY;
    int32_t status = AB_PRIMES_OK;
    for (uint64_t p = 2; p < limit; p++) {
        if (composite[p])
            continue;
        if (*written == capacity) {
            status = AB_PRIMES_SHORT;
            break;
        }
        out[(*written)++] = (uint32_t)p;
        for (uint64_t multiple = p * p; multiple < limit; multiple += p)
            composite[multiple] = 1;
    }
    free(composite);
    return status;
}
