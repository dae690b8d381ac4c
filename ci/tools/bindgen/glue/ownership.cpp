#include "../glue/ownership.hpp"
#include "../../problems/ownership.hpp"

Counter *glue_counter(int first) { return make_counter(first).release(); }

int glue_next(Counter *counter) { return counter->next(); }

void glue_free(Counter *counter) { delete counter; }

int glue_living() { return living(); }
