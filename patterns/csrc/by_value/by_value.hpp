// Pattern: what may cross by value, and a struct that does. Here intervals that hold the result of inexact arithmetic.
#ifndef AB_BY_VALUE_HPP
#define AB_BY_VALUE_HPP

#include <type_traits>

// What may cross a language border by value: bytes without duties. A destructor, a copy constructor or a
// virtual function changes how the type is passed and returned, though not how it lies in memory. On
// Windows so does any constructor, a private member and an initialiser of a member. (And what nothing here
// can see: a constructor or assignment that is declared and defaulted, and a base. Write none: a struct
// as C would write it has no such thing.)
#define AB_BY_VALUE(type)                                                                         \
    static_assert(std::is_trivial<type>::value && std::is_standard_layout<type>::value &&          \
                      std::is_aggregate<type>::value,                                              \
                  #type " must not cross the border by value: pass a pointer")

// All numbers from low to high, both included; neither is NaN, low <= high.
struct ab_interval {
    double low;
    double high;
};
AB_BY_VALUE(ab_interval);

// Example: what is done with intervals.
extern "C" {

// An interval that holds every product of a number of a and one of b. If one of them is none (see above)
// the result means nothing, and nothing worse happens. Any thread.
ab_interval ab_interval_mul(ab_interval a, ab_interval b) noexcept;

// The same through pointers, none of them null; out may be a or b.
void ab_interval_mul_to(const ab_interval *a, const ab_interval *b, ab_interval *out) noexcept;
}

#endif
