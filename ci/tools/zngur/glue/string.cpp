#include "string.hpp"
#include "generated.h"

namespace rust::exported_functions {
std::string::String glue_greet(Ref<Str> name) {
    const auto *text = reinterpret_cast<const char *>(name.as_ptr());
    const ::std::string greeting = greet(::std::string(text, name.len()));
    return crate::copied(reinterpret_cast<const uint8_t *>(greeting.data()), greeting.size());
}
} // namespace rust::exported_functions
