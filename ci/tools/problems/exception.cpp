#include "exception.hpp"
#include <cmath>

double square_root(double x) {
    if (x < 0)
        throw out_of_domain(42, "negative");
    return std::sqrt(x);
}
