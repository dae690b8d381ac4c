#include "ownership.hpp"
#include "generated.h"

namespace rust::exported_functions {
size_t make(int32_t first) { return reinterpret_cast<size_t>(make_counter(first).release()); }
int32_t next(size_t counter) { return reinterpret_cast<Counter *>(counter)->next(); }
Unit end(size_t counter) {
    delete reinterpret_cast<Counter *>(counter);
    return {};
}
int32_t living() { return ::living(); }
} // namespace rust::exported_functions
