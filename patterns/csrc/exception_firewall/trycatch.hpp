// Pattern: the firewall of cxx bridges: cxx catches std::exception alone, unless it finds this function before the
// functions of a bridge. An error of cxx is one text; the code stands before it. Allocates nothing (cxx does
// for the copy that Rust gets): this is the way for bad_alloc, too, and what throws here ends the process.
#ifndef AB_TRYCATCH_HPP
#define AB_TRYCATCH_HPP

#include "firewall.hpp"

#include <cstdio>

namespace rust::behavior {

template <typename Try, typename Fail>
static void trycatch(Try &&work, Fail &&fail) noexcept {
    char text[256];
    const std::int32_t code = ab::firewall::run(text, sizeof text, [&] { work(); });
    if (code == ab::firewall::FINE)
        return;
    char line[sizeof text + 12]; // "-2147483648 " at most before it
    std::snprintf(line, sizeof line, "%ld %s", static_cast<long>(code), text);
    fail(static_cast<const char *>(line));
}

} // namespace rust::behavior

#endif
