#include "inheritance.hpp"
#include "generated.h"

namespace rust::exported_functions {
Unit of_a_bird(int32_t weight, RefMut<crate::Found> found) {
    const auto bird = make_bird(weight);
    found.set(bird->weight(), bird->wings(), tenfold(*bird));
    return {};
}
} // namespace rust::exported_functions
