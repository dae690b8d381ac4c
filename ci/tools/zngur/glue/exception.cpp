#include "exception.hpp"
#include "generated.h"

namespace rust::exported_functions {
double glue_root(double x, RefMut<crate::Failed> failed) {
    try {
        return square_root(x);
    } catch (const out_of_domain &why) {
        failed.set(why.number, reinterpret_cast<const int8_t *>(why.what()));
    } catch (...) {
        failed.set(-1, reinterpret_cast<const int8_t *>("unknown"));
    }
    return 0;
}
} // namespace rust::exported_functions
