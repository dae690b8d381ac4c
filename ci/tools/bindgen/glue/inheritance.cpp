#include "../glue/inheritance.hpp"
#include "../../problems/inheritance.hpp"

Bird *glue_bird(int weight) { return make_bird(weight).release(); }

int glue_weight(const Bird *bird) { return bird->weight(); }

int glue_wings(const Bird *bird) { return bird->wings(); }

int glue_tenfold(const Bird *bird) { return tenfold(*bird); }

void glue_free(Bird *bird) { delete bird; }
