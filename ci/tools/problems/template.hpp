#pragma once
#include <algorithm>
#include <cstddef>

// The largest of n > 0 elements.
template <class T> T largest(const T *x, std::size_t n) { return *std::max_element(x, x + n); }
