#pragma once
#include <vector>

struct Point {
    double x, y;
};

// (0, 0), (1, 2), (2, 4), ..
std::vector<Point> points(int n);
