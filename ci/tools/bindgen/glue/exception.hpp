#pragma once
#include <cstddef>

extern "C" {
int glue_root(double x, double *root, char *what, size_t room);
}
