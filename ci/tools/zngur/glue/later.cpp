#include "later.hpp"
#include "generated.h"
#include <memory>

namespace rust::exported_functions {
Unit glue_square_later(int32_t x, crate::task::Done done) {
    // A std::function has to be copied, and this cannot be.
    auto shared = ::std::make_shared<crate::task::Done>(::std::move(done));
    square_later(x, [shared](int result) { shared->with(result); });
    return {};
}
} // namespace rust::exported_functions
