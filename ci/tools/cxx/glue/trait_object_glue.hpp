#pragma once
#include "trait_object.hpp"

struct Rusty;
double glue_twice_area(const Rusty &shape);
