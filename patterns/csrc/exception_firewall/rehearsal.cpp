#include "rehearsal.hpp"

#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

// Allowed, and seen: an exception with nothing to say.
struct Silent : std::exception {
    const char *what() const noexcept override { return nullptr; }
};

} // namespace

void ab::firewall::rehearse(std::int32_t what) {
    switch (what) {
    case 1:
        throw std::bad_alloc();
    case 2:
        throw std::invalid_argument("the step is negative");
    case 3:
        static_cast<void>(std::vector<double>(3).at(3));
        break;
    case 4:
        throw std::runtime_error("did not converge");
    case 5:
        throw 7;
    case 6:
        throw Silent();
    case 7: { // 64 KiB, of characters of two bytes after one of one byte
        std::string text = "!";
        while (text.size() < 65536)
            text += "\xc3\xa9";
        throw std::runtime_error(text);
    }
    default:
        break;
    }
}
