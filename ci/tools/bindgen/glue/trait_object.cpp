#include "../glue/trait_object.hpp"
#include "../../problems/trait_object.hpp"

namespace {
struct Rusty : Shape {
    double (*call)(const void *);
    const void *data;
    Rusty(double (*call)(const void *), const void *data) : call(call), data(data) {}
    double area() const override { return call(data); }
};
} // namespace

double glue_twice_area(double (*area)(const void *), const void *data) {
    return twice_area(Rusty(area, data));
}
