#include "planted/csrc/throws.hpp"

#include <stdexcept>
#include <string>

namespace planted {

std::uint64_t throws(std::uint64_t chunk)
{
    throw std::runtime_error("planted in chunk " + std::to_string(chunk));
}

}
