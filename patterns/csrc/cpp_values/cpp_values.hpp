// Pattern: the functions of C by which a library of templates crosses. The library itself, in the namespace, is the
// example; it is not marked apart, since what takes its types apart has to see them.
#ifndef AB_CPP_VALUES_HPP
#define AB_CPP_VALUES_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#if __cplusplus >= 202002L
#include <span>
#endif

namespace ab {

#if __cplusplus >= 202002L
template <class T> using span = std::span<T>;
#else
// As much of std::span, which came with C++20, as is needed here.
template <class T> class span {
public:
    constexpr span(T *first, std::size_t n) noexcept : first(first), n(n) {}
    constexpr T *begin() const noexcept { return first; }
    constexpr T *end() const noexcept { return first + n; }

private:
    T *first;
    std::size_t n;
};
#endif

// The largest element that is less than `below`, or the largest of all without `below`; nothing where there is
// none. A NaN is neither an element nor a bound.
template <class T> std::optional<T> largest(span<const T> x, std::optional<T> below) noexcept {
    std::optional<T> found;
    for (const T &value : x) {
        const bool counts = below ? value < *below : value == value;
        if (counts && (!found || *found < value))
            found = value;
    }
    return found;
}

struct no_root {};
struct every_number {};
struct two_roots {
    double lower, upper;
};
struct conjugates {
    double re, im; // re + i im and re - i im; im > 0
};
using roots = std::variant<no_root, every_number, double, two_roots, conjugates>;

// Where a x^2 + b x + c is 0. A number that is not finite has no roots.
roots solve(double a, double b, double c) noexcept;

} // namespace ab

extern "C" {

// A template has no symbol: these are its instantiations, one function each. x holds n elements and may be null
// where n is 0; a null `below` is none. Returns 1 and writes *out, or 0 and leaves it alone. No state.
std::int32_t ab_largest_f64(const double *x, std::size_t n, const double *below, double *out) noexcept;
std::int32_t ab_largest_f32(const float *x, std::size_t n, const float *below, float *out) noexcept;
std::int32_t ab_largest_i32(const std::int32_t *x, std::size_t n, const std::int32_t *below,
                            std::int32_t *out) noexcept;

// The alternatives by numbers that stay when the variant gets another one: not its index().
enum { AB_ROOTS_NONE, AB_ROOTS_EVERY, AB_ROOTS_ONE, AB_ROOTS_TWO, AB_ROOTS_CONJUGATES };
typedef struct {
    std::int32_t kind;
    double first, second; // ONE: first. TWO: lower, upper. CONJUGATES: re, im. Otherwise 0.
} ab_roots;

// Writes *out, which may not be null. No state.
void ab_quadratic_roots(double a, double b, double c, ab_roots *out) noexcept;
}

#endif
