#include "trait_object.hpp"
#include "generated.h"

namespace rust::exported_functions {
struct Adapter : Shape {
    Ref<crate::Rusty> shape;
    explicit Adapter(Ref<crate::Rusty> shape) : shape(shape) {}
    double area() const override { return shape.area(); }
};

double glue_twice_area(Ref<crate::Rusty> shape) { return twice_area(Adapter(shape)); }
} // namespace rust::exported_functions
