#include "closure.hpp"

double sum_over(int n, const std::function<double(double)> &f) {
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += f(i);
    return sum;
}
