// Counterexample: a class of 16 bytes, like ab_interval, but with a destructor: its caller passes a hidden pointer to
// where the result goes. Not extern "C" in earnest: a C declaration cannot say what it is.
#include <cstdint>

namespace {

struct estimate {
    std::uint64_t samples;
    double mean;
    ~estimate() {}
};

} // namespace

// Takes nothing of its own. What a caller without the hidden pointer passes first is taken for it.
extern "C" estimate ab_estimate_by_value() noexcept
{
    return {0x1122, 0.5};
}
