#pragma once

extern "C" {
double glue_sum_over(int n, double (*f)(void *, double), void *data);
}
