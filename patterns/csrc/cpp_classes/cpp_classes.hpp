// Pattern: a pair of iterators as an object, and what makes and shares objects, for a bridge of cxx. The class histogram,
// with a string, a vector and a map in it, is the example; it is not marked apart, since a bridge has to see it.
#ifndef AB_CPP_CLASSES_HPP
#define AB_CPP_CLASSES_HPP

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ab {

class histogram {
public:
    // Throws std::invalid_argument unless the width is finite and above 0.
    histogram(const std::string &name, double width);
    ~histogram();
    // A string and a map point into themselves: copied or moved by C++ only, and this class by nobody.
    histogram(const histogram &) = delete;
    histogram &operator=(const histogram &) = delete;

    // Throws std::domain_error, and adds nothing, where x / width is no number of 62 bits.
    void add(double x);
    const std::string &name() const noexcept { return name_; }
    // In the order in which they came; until the next add.
    const std::vector<double> &samples() const noexcept { return samples_; }
    // How many samples lie in [k width, (k + 1) width), for each k that has some, from below.
    const std::map<std::int64_t, std::uint64_t> &bins() const noexcept { return bins_; }

private:
    std::string name_;
    double width_;
    std::vector<double> samples_;
    std::map<std::int64_t, std::uint64_t> bins_;
};

// A pair of iterators, as an object: begins before the first bin.
class bin_cursor {
public:
    explicit bin_cursor(const histogram &of) noexcept : next(of.bins().begin()), end(of.bins().end()) {}
    // Goes to the next bin, if there is one.
    bool step() noexcept;
    std::int64_t bin() const noexcept { return bin_; }
    std::uint64_t count() const noexcept { return count_; }

private:
    std::map<std::int64_t, std::uint64_t>::const_iterator next, end;
    std::int64_t bin_ = 0;
    std::uint64_t count_ = 0;
};

// None of these returns null; without memory they throw std::bad_alloc. Nothing is kept per thread.
std::unique_ptr<histogram> make_histogram(const std::string &name, double width);
std::unique_ptr<bin_cursor> bins_of(const histogram &of);
std::shared_ptr<histogram> share(std::unique_ptr<histogram> whole);

// How many histograms there are.
std::int64_t histograms_alive() noexcept;

} // namespace ab

#endif
