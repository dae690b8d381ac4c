/* Counterexample: C that frees what it does not own. */
#include "both_directions.h"

#include <stdlib.h>

void ab_client_frees_by_itself(void)
{
    const double x[2] = {0.0, 1.0};
    ab_lines *table = NULL;
    if (ab_lines_new(2, x, x, &table) == AB_LINES_OK)
        free(table);
}
