#include "string.hpp"
#include <cstring>

extern "C" char *glue_greet(const char *name, size_t length, size_t *greeted) {
    const std::string greeting = greet({name, length});
    *greeted = greeting.size();
    return static_cast<char *>(std::memcpy(new char[greeting.size()], greeting.data(), greeting.size()));
}

extern "C" void glue_free(char *text) { delete[] text; }
