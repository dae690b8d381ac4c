#pragma once
#include "../../problems/structs.hpp"
#include <cstddef>

using Points = std::vector<Point>;

extern "C" {
Points *glue_points(int n);
const Point *glue_data(const Points *points);
std::size_t glue_size(const Points *points);
void glue_free(Points *points);
}
