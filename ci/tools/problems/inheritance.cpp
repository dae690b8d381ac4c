#include "inheritance.hpp"

int Animal::weight() const { return weight_; }
int Animal::legs() const { return 4; }
int Bird::wings() const { return 2; }
int Bird::legs() const { return 2; }

std::unique_ptr<Bird> make_bird(int weight) { return std::make_unique<Bird>(weight); }
int tenfold(const Animal &animal) { return 10 * animal.legs(); }
