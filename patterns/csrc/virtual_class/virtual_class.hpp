// Pattern: functions of C for objects of a class that are made elsewhere. The library of curves, in the namespace (a class to
// derive from, and a class that owns others of it), is the example; it is not marked apart, since what derives from its
// class has to see it.
#ifndef AB_VIRTUAL_CLASS_HPP
#define AB_VIRTUAL_CLASS_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace ab {

class curve {
public:
    virtual ~curve() = default;
    // Throws std::domain_error where the curve has no value.
    virtual double at(double x) const = 0;
    virtual double slope(double x) const = 0;
};

class sum final : public curve {
public:
    double at(double x) const override;
    double slope(double x) const override;
    std::vector<std::unique_ptr<curve>> parts;
};

// A root of f near x, by Newton's method; a step to where f has no value is halved. Throws what f throws, and
// std::runtime_error if there is no root after 100 steps.
double root(const curve &f, double x);

} // namespace ab

extern "C" {

// The functions of an object made elsewhere. Those two write *y and return 0, or write a text that ends with a zero to
// text[0..room] and return 1, or return 2: then whoever made the object has a reason to keep from C++. None of
// them throws.
typedef struct ab_curve_table {
    std::int32_t (*at)(void *self, double x, double *y, char *text, std::size_t room);
    std::int32_t (*slope)(void *self, double x, double *y, char *text, std::size_t room);
    void (*drop)(void *self);
} ab_curve_table;

typedef struct ab_curve_object {
    void *self;
    const ab_curve_table *table; // valid as long as self
} ab_curve_object;

typedef struct ab_sum ab_sum;

// Nothing below throws. A sum belongs to one thread; its objects are called and dropped on that thread.

// A sum of nothing, or null without memory.
ab_sum *ab_sum_new(void) noexcept;
// Drops the objects. Null is fine.
void ab_sum_free(ab_sum *sum) noexcept;
// Adds an object, which is the sum's in any case: 0, or without memory 1, and then it has been dropped.
std::int32_t ab_sum_add(ab_sum *sum, ab_curve_object object) noexcept;
// Adds 1/x, which is a class of C++: 0, or without memory 1.
std::int32_t ab_sum_add_hyperbola(ab_sum *sum) noexcept;
// Each writes *y and returns 0; or, having written an exception's text to text[0..room], room > 0, 1; or 2 if an
// object has returned that.
std::int32_t ab_sum_at(const ab_sum *sum, double x, double *y, char *text, std::size_t room) noexcept;
std::int32_t ab_sum_slope(const ab_sum *sum, double x, double *y, char *text, std::size_t room) noexcept;
std::int32_t ab_sum_root(const ab_sum *sum, double x, double *y, char *text, std::size_t room) noexcept;

} // extern "C"

#endif
