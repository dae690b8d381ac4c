#include "structs.hpp"
#include "generated.h"

namespace rust::exported_functions {
Unit glue_points(int32_t n, RefMut<crate::Each> each) {
    for (const Point &point : points(n))
        each.point(point.x, point.y);
    return {};
}
} // namespace rust::exported_functions
