#include "later.hpp"

extern "C" void glue_square_later(int x, void (*done)(void *, int), void *data) {
    square_later(x, [=](int result) { done(data, result); });
}
