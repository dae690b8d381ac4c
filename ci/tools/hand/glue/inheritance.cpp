#include "inheritance.hpp"

extern "C" Bird *glue_bird(int weight) { return make_bird(weight).release(); }

extern "C" int glue_weight(const Bird *bird) { return bird->weight(); }

extern "C" int glue_wings(const Bird *bird) { return bird->wings(); }

extern "C" int glue_tenfold(const Bird *bird) { return tenfold(*bird); }

extern "C" void glue_free(Bird *bird) { delete bird; }
