// Counterexample: exported as if C++ never threw, and what a bridge without trycatch calls.
#ifndef AB_EXCEPTION_FIREWALL_WRONG_HPP
#define AB_EXCEPTION_FIREWALL_WRONG_HPP

#include <cstdint>

extern "C" void ab_gauss_unguarded(std::int32_t what);

namespace ab::firewall {

void rehearse_by_default(std::int32_t what);

}

#endif
