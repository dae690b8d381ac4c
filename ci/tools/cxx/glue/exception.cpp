#include "tools-cxx/src/bin/exception.rs.h"

Root glue_root(double x) {
    try {
        return {square_root(x), 0, ""};
    } catch (const out_of_domain &why) {
        return {0, why.number, why.what()};
    }
}
