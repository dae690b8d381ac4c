#include "later.hpp"
#include <thread>

void square_later(int x, std::function<void(int)> done) {
    std::thread([x, done] { done(x * x); }).detach();
}
