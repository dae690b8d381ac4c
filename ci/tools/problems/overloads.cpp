#include "overloads.hpp"

// In a world where pi is 3: the results are compared exactly.
double area(double radius) { return 3 * radius * radius; }
double area(double width, double height) { return width * height; }
