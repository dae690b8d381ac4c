#pragma once
#include <functional>

// The sum of f(0) to f(n - 1).
double sum_over(int n, const std::function<double(double)> &f);
