// Example: a library, in place of yours.
#include "exception_firewall.hpp"

#include "firewall.hpp"
#include "rehearsal.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace {

using std::size_t;

void refuse_what_is_not_finite(const char *name, const double *v, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!std::isfinite(v[i]))
            throw std::invalid_argument(std::string(name) + "[" + std::to_string(i) + "] is not finite");
}

// Elimination with the largest pivot of each column.
std::vector<double> solve(size_t n, std::vector<double> a, std::vector<double> x) {
    for (size_t k = 0; k < n; k++) {
        size_t p = k;
        for (size_t i = k + 1; i < n; i++)
            if (std::abs(a[i * n + k]) > std::abs(a[p * n + k]))
                p = i;
        if (a[p * n + k] == 0.0)
            throw std::runtime_error("singular: no pivot in column " + std::to_string(k));
        std::swap(x[k], x[p]);
        for (size_t j = 0; j < n; j++)
            std::swap(a[k * n + j], a[p * n + j]);
        for (size_t i = k + 1; i < n; i++) {
            const double factor = a[i * n + k] / a[k * n + k];
            for (size_t j = k; j < n; j++)
                a[i * n + j] -= factor * a[k * n + j];
            x[i] -= factor * x[k];
        }
    }
    for (size_t k = n; k-- > 0;) {
        for (size_t j = k + 1; j < n; j++)
            x[k] -= a[k * n + j] * x[j];
        x[k] /= a[k * n + k];
    }
    return x;
}

} // namespace

std::int32_t ab_gauss_solve(size_t n, const double *a, double *x, char *text, size_t capacity) noexcept {
    return ab::firewall::run(text, capacity, [=] {
        refuse_what_is_not_finite("a", a, n * n);
        refuse_what_is_not_finite("b", x, n);
        const auto solution = solve(n, std::vector<double>(a, a + n * n), std::vector<double>(x, x + n));
        std::copy(solution.begin(), solution.end(), x);
    });
}

std::int32_t ab_gauss_rehearse(std::int32_t what, char *text, size_t capacity) noexcept {
    return ab::firewall::run(text, capacity, [=] { ab::firewall::rehearse(what); });
}

std::int64_t ab_gauss_parts_live(void) noexcept {
    return ab::firewall::parts_live();
}
