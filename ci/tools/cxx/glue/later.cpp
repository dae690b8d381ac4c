#include "tools-cxx/src/bin/later.rs.h"

void glue_square_later(int x, rust::Box<Done> done) {
    // A std::function has to be copied, and a box cannot be.
    auto shared = std::make_shared<rust::Box<Done>>(std::move(done));
    square_later(x, [shared](int result) { (*shared)->call(result); });
}
