// Example: a library, in place of yours.
#include "slices/slices.hpp"

#include <new>
#include <vector>

struct ab_history {
    std::vector<double> values;
};

extern "C" ab_history *ab_history_new() noexcept { return new (std::nothrow) ab_history; }

extern "C" void ab_history_free(ab_history *history) noexcept { delete history; }

extern "C" std::int32_t ab_history_append(ab_history *history, const double *values,
                                          std::size_t n) noexcept {
    if (n == 0)
        return 0;
    if (values == nullptr)
        return -1;
    try {
        history->values.insert(history->values.end(), values, values + n);
        return 0;
    } catch (...) {
        return -2;
    }
}

// data() of an empty vector is null here; the standard promises nothing.
extern "C" const double *ab_history_values(const ab_history *history, std::size_t *n) noexcept {
    *n = history->values.size();
    return history->values.data();
}
