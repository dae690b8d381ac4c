// The firewall of cxx bridges: cxx catches std::exception alone, unless it finds this function before the
// functions of a bridge. An error of cxx is one text; the code stands before it.
#ifndef AB_TRYCATCH_HPP
#define AB_TRYCATCH_HPP

#include "firewall.hpp"

#include <string>

namespace rust::behavior {

template <typename Try, typename Fail>
static void trycatch(Try &&work, Fail &&fail) noexcept {
    char text[256];
    const std::int32_t code = ab::firewall::run(text, sizeof text, [&] { work(); });
    if (code != ab::firewall::FINE)
        fail(std::to_string(code) + " " + text);
}

} // namespace rust::behavior

#endif
