// Pattern: a class of C++ whose functions are those of a table.
#include "virtual_class.hpp"

#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>
#include <utility>

struct ab_sum {
    ab::sum curve;
};

namespace {

// No std::exception, so that who handles those does not take it for one.
struct kept_elsewhere {};

class foreign_curve final : public ab::curve {
public:
    explicit foreign_curve(ab_curve_object object) noexcept : object(object) {}
    foreign_curve(const foreign_curve &) = delete;
    foreign_curve &operator=(const foreign_curve &) = delete;
    ~foreign_curve() override { object.table->drop(object.self); }
    double at(double x) const override { return call(object.table->at, x); }
    double slope(double x) const override { return call(object.table->slope, x); }

private:
    double call(decltype(ab_curve_table::at) function, double x) const
    {
        double y = 0.0;
        char text[160] = "";
        switch (function(object.self, x, &y, text, sizeof text)) {
        case 0:
            return y;
        case 1:
            throw std::domain_error(text);
        default:
            throw kept_elsewhere();
        }
    }

    ab_curve_object object;
};

template <class F> std::int32_t guarded(char *text, std::size_t room, F &&body) noexcept
{
    try {
        body();
        return 0;
    } catch (const kept_elsewhere &) {
        return 2;
    } catch (const std::exception &error) {
        std::snprintf(text, room, "%s", error.what());
    } catch (...) {
        std::snprintf(text, room, "an exception without a text");
    }
    return 1;
}

std::int32_t add(ab_sum *sum, std::unique_ptr<ab::curve> part) noexcept
{
    try {
        sum->curve.parts.push_back(std::move(part));
        return 0;
    } catch (const std::bad_alloc &) {
        return 1;
    }
}

} // namespace

ab_sum *ab_sum_new(void) noexcept
{
    return new (std::nothrow) ab_sum();
}

void ab_sum_free(ab_sum *sum) noexcept
{
    delete sum;
}

std::int32_t ab_sum_add(ab_sum *sum, ab_curve_object object) noexcept
{
    std::unique_ptr<ab::curve> part(new (std::nothrow) foreign_curve(object));
    if (part == nullptr) {
        object.table->drop(object.self);
        return 1;
    }
    return add(sum, std::move(part));
}

std::int32_t ab_sum_at(const ab_sum *sum, double x, double *y, char *text, std::size_t room) noexcept
{
    return guarded(text, room, [&] { *y = sum->curve.at(x); });
}

std::int32_t ab_sum_slope(const ab_sum *sum, double x, double *y, char *text, std::size_t room) noexcept
{
    return guarded(text, room, [&] { *y = sum->curve.slope(x); });
}

// Example: a library, in place of yours, and what else is called of it.
#include <cmath>

double ab::sum::at(double x) const
{
    double y = 0.0;
    for (const auto &part : parts)
        y += part->at(x);
    return y;
}

double ab::sum::slope(double x) const
{
    double y = 0.0;
    for (const auto &part : parts)
        y += part->slope(x);
    return y;
}

double ab::root(const curve &f, double x)
{
    double y = f.at(x);
    for (int steps = 0; steps < 100; steps++) {
        double step = y / f.slope(x);
        for (int halvings = 0;; halvings++) {
            try {
                y = f.at(x - step);
                break;
            } catch (const std::domain_error &) {
                if (halvings == 20)
                    throw;
                step /= 2.0;
            }
        }
        x -= step;
        if (std::fabs(step) <= 1e-14 * (1.0 + std::fabs(x)))
            return x;
    }
    throw std::runtime_error("no root after 100 steps");
}

namespace {

class hyperbola final : public ab::curve {
public:
    double at(double x) const override
    {
        if (x == 0.0)
            throw std::domain_error("1/x has no value at 0");
        return 1.0 / x;
    }
    double slope(double x) const override { return -at(x) * at(x); }
};

} // namespace

std::int32_t ab_sum_add_hyperbola(ab_sum *sum) noexcept
{
    std::unique_ptr<ab::curve> part(new (std::nothrow) hyperbola());
    return part == nullptr ? 1 : add(sum, std::move(part));
}

std::int32_t ab_sum_root(const ab_sum *sum, double x, double *y, char *text, std::size_t room) noexcept
{
    return guarded(text, room, [&] { *y = ab::root(sum->curve, x); });
}
