#include "mutants/csrc/throws.hpp"

#include <stdexcept>
#include <string>

namespace mutants {

std::uint64_t throws(std::uint64_t chunk)
{
    throw std::runtime_error("seeded in chunk " + std::to_string(chunk));
}

}
