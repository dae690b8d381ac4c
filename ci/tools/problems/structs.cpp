#include "structs.hpp"

std::vector<Point> points(int n) {
    std::vector<Point> made;
    for (int i = 0; i < n; i++)
        made.push_back({double(i), 2.0 * i});
    return made;
}
