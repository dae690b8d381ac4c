#include "../glue/exception.hpp"
#include "../../problems/exception.hpp"
#include <cstdio>

int glue_root(double x, double *root, char *what, size_t room) {
    try {
        *root = square_root(x);
        return 0;
    } catch (const out_of_domain &why) {
        std::snprintf(what, room, "%s", why.what());
        return why.number;
    } catch (...) {
        std::snprintf(what, room, "unknown");
        return -1;
    }
}
