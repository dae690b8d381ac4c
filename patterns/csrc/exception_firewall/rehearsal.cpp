// Example: every way in which C++ can throw, on demand.
#include "rehearsal.hpp"

#include <atomic>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

// Allowed, and seen: an exception with nothing to say.
struct Silent : std::exception {
    const char *what() const noexcept override { return nullptr; }
};

std::atomic<std::int64_t> live{0};

struct Part {
    explicit Part(bool fits) {
        if (!fits)
            throw std::out_of_range("the third part does not fit");
        live.fetch_add(1, std::memory_order_relaxed);
    }
    Part(const Part &) = delete;
    Part &operator=(const Part &) = delete;
    ~Part() { live.fetch_sub(1, std::memory_order_relaxed); }
};

// Its constructor throws when a part of it is made, the two before are there, and memory is taken.
struct Whole {
    std::vector<double> memory = std::vector<double>(100);
    Part first{true}, second{true}, third{false};
};

// A destructor that throws, and says so: a file whose last block cannot be written.
struct Closes {
    ~Closes() noexcept(false) { throw std::runtime_error("could not be closed"); }
};

// One that throws and does not say so.
struct Lies {
    ~Lies() { fail(); }
    static void fail() { throw std::runtime_error("could not be closed"); }
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
    case 8: {
        const Whole whole;
        break;
    }
    case 9: {
        const Closes closes;
        break;
    }
    case 10:
        throw std::runtime_error("Knoten au\xDF"
                                 "erhalb"); // in Latin-1
    case 11: {
        const Lies lies;
        break;
    }
    default:
        break;
    }
}

std::int64_t ab::firewall::parts_live() noexcept {
    return live.load(std::memory_order_relaxed);
}
