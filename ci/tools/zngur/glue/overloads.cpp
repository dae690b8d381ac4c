#include "overloads.hpp"
#include "generated.h"

namespace rust::exported_functions {
double circle(double radius) { return area(radius); }
double rectangle(double width, double height) { return area(width, height); }
} // namespace rust::exported_functions
