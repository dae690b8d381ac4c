#include "../glue/structs.hpp"
#include "../../problems/structs.hpp"

Points *glue_points(int n) { return new Points(points(n)); }

const Point *glue_data(const Points *points) { return points->data(); }

std::size_t glue_size(const Points *points) { return points->size(); }

void glue_free(Points *points) { delete points; }
