#pragma once
#include "structs.hpp"
#include <memory>

inline std::unique_ptr<std::vector<Point>> glue_points(int n) {
    return std::make_unique<std::vector<Point>>(points(n));
}
