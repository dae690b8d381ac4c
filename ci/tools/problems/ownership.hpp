#pragma once
#include <memory>

class Counter {
    int next_;

  public:
    explicit Counter(int first);
    ~Counter();
    int next();
};

std::unique_ptr<Counter> make_counter(int first);

// How many there are.
int living();
