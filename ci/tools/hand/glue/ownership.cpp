#include "ownership.hpp"

extern "C" Counter *glue_counter(int first) { return make_counter(first).release(); }

extern "C" int glue_next(Counter *counter) { return counter->next(); }

extern "C" void glue_free(Counter *counter) { delete counter; }

extern "C" int glue_living() { return living(); }
