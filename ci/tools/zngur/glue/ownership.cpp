#include "ownership.hpp"
#include "generated.h"

namespace rust::exported_functions {
crate::Owner make(int32_t first) { return crate::Owner(ZngurCppOpaqueOwnedObject::build<::std::unique_ptr<::Counter>>(make_counter(first))); }
int32_t next(RefMut<crate::Owner> owner) { return owner.cpp()->next(); }
int32_t living() { return ::living(); }
} // namespace rust::exported_functions
