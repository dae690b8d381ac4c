#pragma once
#include "exception.hpp"

struct Root;
Root glue_root(double x);
