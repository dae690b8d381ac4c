#pragma once
#include "inheritance.hpp"

inline const Animal &glue_animal(const Bird &bird) { return bird; }
