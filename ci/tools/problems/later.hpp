#pragma once
#include <functional>

// Calls done(x * x) once, from a thread of its own.
void square_later(int x, std::function<void(int)> done);
