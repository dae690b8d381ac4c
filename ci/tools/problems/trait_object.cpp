#include "trait_object.hpp"

double twice_area(const Shape &shape) { return 2 * shape.area(); }
