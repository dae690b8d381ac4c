#include "ownership.hpp"

static int alive = 0;

Counter::Counter(int first) : next_(first) { alive++; }
Counter::~Counter() { alive--; }
int Counter::next() { return next_++; }

std::unique_ptr<Counter> make_counter(int first) { return std::make_unique<Counter>(first); }
int living() { return alive; }
