// A C++ function that throws, and the two ways to declare it.
#pragma once

#include <cstdint>

namespace mutants {

// Throws std::runtime_error.
std::uint64_t throws(std::uint64_t chunk);

}
