#pragma once
#include <stdexcept>

struct out_of_domain : std::runtime_error {
    int number;
    out_of_domain(int number, const char *what) : std::runtime_error(what), number(number) {}
};

// Throws out_of_domain(42, "negative") if x is.
double square_root(double x);
