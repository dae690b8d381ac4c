#include "structs.hpp"
#include <cstddef>

using Points = std::vector<Point>;

extern "C" Points *glue_points(int n) { return new Points(points(n)); }

extern "C" const Point *glue_data(const Points *points) { return points->data(); }

extern "C" std::size_t glue_size(const Points *points) { return points->size(); }

extern "C" void glue_free(Points *points) { delete points; }
