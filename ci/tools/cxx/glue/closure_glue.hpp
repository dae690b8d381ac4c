#pragma once
#include "closure.hpp"

struct Closure;
double glue_sum_over(int n, Closure &f);
