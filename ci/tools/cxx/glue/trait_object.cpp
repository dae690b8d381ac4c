#include "tools-cxx/src/bin/trait_object.rs.h"

namespace {
struct Adapter : Shape {
    const Rusty &shape;
    explicit Adapter(const Rusty &shape) : shape(shape) {}
    double area() const override { return shape.area(); }
};
} // namespace

double glue_twice_area(const Rusty &shape) { return twice_area(Adapter(shape)); }
