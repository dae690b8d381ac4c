// Pattern: what a bridge calls.
#include "cpp_classes.hpp"

namespace ab {

bool bin_cursor::step() noexcept
{
    if (next == end)
        return false;
    bin_ = next->first;
    count_ = next->second;
    ++next;
    return true;
}

std::unique_ptr<histogram> make_histogram(const std::string &name, double width)
{
    return std::make_unique<histogram>(name, width);
}

std::unique_ptr<bin_cursor> bins_of(const histogram &of)
{
    return std::make_unique<bin_cursor>(of);
}

std::shared_ptr<histogram> share(std::unique_ptr<histogram> whole)
{
    return whole;
}

} // namespace ab

// Example: a class, in place of yours.
#include <atomic>
#include <cmath>
#include <stdexcept>

namespace ab {

namespace {
std::atomic<std::int64_t> alive{0};
}

histogram::histogram(const std::string &name, double width) : name_(name), width_(width)
{
    if (!(width > 0.0) || std::isinf(width))
        throw std::invalid_argument("width: must be finite and above 0");
    alive++;
}

histogram::~histogram()
{
    alive--;
}

void histogram::add(double x)
{
    const double bin = std::floor(x / width_);
    if (!(std::fabs(bin) < 4e18))
        throw std::domain_error("x: lies in no bin");
    samples_.push_back(x);
    try {
        bins_[static_cast<std::int64_t>(bin)]++;
    } catch (...) {
        samples_.pop_back();
        throw;
    }
}

std::int64_t histograms_alive() noexcept
{
    return alive;
}

} // namespace ab
