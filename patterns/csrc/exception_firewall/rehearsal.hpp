// Example: every way in which C++ can throw, on demand.
#ifndef AB_REHEARSAL_HPP
#define AB_REHEARSAL_HPP

#include <cstdint>

namespace ab::firewall {

void rehearse(std::int32_t what);

// How many parts of its objects are alive.
std::int64_t parts_live() noexcept;

}

#endif
