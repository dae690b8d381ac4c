// Pattern: nothing that C++ throws passes: each way out becomes a code and a text.
#ifndef AB_FIREWALL_HPP
#define AB_FIREWALL_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>

namespace ab::firewall {

enum : std::int32_t {
    FINE = 0,
    NO_MEMORY = -1,        // std::bad_alloc
    INVALID_ARGUMENT = -2, // std::invalid_argument
    OUT_OF_RANGE = -3,     // std::out_of_range
    OTHER = -4,            // any other std::exception
    NOT_AN_EXCEPTION = -5, // anything else: C++ lets one throw a number
};

// Copies `what` (null counts as empty) to the `capacity` bytes at `text`: always terminated, cut where a
// character of UTF-8 begins. Allocates nothing: there may be no memory left.
inline void say(const char *what, char *text, std::size_t capacity) noexcept {
    if (capacity == 0)
        return;
    if (what == nullptr)
        what = "";
    std::size_t n = 0;
    while (n < capacity && what[n] != '\0')
        n++;
    if (n == capacity)
        do
            n--;
        while (n > 0 && (static_cast<unsigned char>(what[n]) & 0xC0) == 0x80);
    std::memcpy(text, what, n);
    text[n] = '\0';
}

// The code of the exception that is being handled. Called in a handler only. The one place that lists
// types, and it is compiled once, however many functions there are.
inline std::int32_t caught(char *text, std::size_t capacity) noexcept {
    try {
        throw;
    } catch (const std::bad_alloc &e) {
        say(e.what(), text, capacity);
        return NO_MEMORY;
    } catch (const std::invalid_argument &e) {
        say(e.what(), text, capacity);
        return INVALID_ARGUMENT;
    } catch (const std::out_of_range &e) {
        say(e.what(), text, capacity);
        return OUT_OF_RANGE;
    } catch (const std::exception &e) {
        say(e.what(), text, capacity);
        return OTHER;
    } catch (...) {
        say("something that is no std::exception", text, capacity);
        return NOT_AN_EXCEPTION;
    }
}

// Does the work of an exported function. `text` is the caller's, `capacity` bytes (null is fine when that
// is 0), and empty after success. A thread that is cancelled in here (pthread_cancel) takes the process
// along: glibc cancels by an exception that nobody may keep.
template <class Work>
std::int32_t run(char *text, std::size_t capacity, Work &&work) noexcept {
    say("", text, capacity);
    try {
        work();
        return FINE;
    } catch (...) {
        return caught(text, capacity);
    }
}

} // namespace ab::firewall

#endif
