#pragma once
#include <cstddef>

extern "C" {
char *glue_greet(const char *name, size_t length, size_t *greeted);
void glue_free(char *text);
}
