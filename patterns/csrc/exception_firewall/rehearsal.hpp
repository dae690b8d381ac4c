// Every way in which C++ can throw, on demand.
#ifndef AB_REHEARSAL_HPP
#define AB_REHEARSAL_HPP

#include <cstdint>

namespace ab::firewall {

void rehearse(std::int32_t what);

}

#endif
