#pragma once
#include "later.hpp"
#include <memory>
#include "rust/cxx.h"

struct Done;
void glue_square_later(int x, rust::Box<Done> done);
