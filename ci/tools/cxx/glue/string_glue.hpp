#pragma once
#include "rust/cxx.h"
#include "string.hpp"

inline rust::String glue_greet(rust::Str name) { return greet(std::string(name)); }
