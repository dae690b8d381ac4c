// Example: a library, in place of yours.
#include "ladder.h"

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>

namespace {

/* The library's global state, as in a COMMON block: the problem of the call that runs, and its
 * iterates. */
ab_cubic problem;
double path[61];

int32_t newton(const ab_cubic &cubic, double &root)
{
    problem = cubic;
    const double *c = problem.c;
    if (!std::isfinite(problem.start))
        std::abort();
    path[0] = problem.start;
    for (int i = 0; i < 60; i++) {
        double x = path[i];
        double slope = c[1] + x * (2 * c[2] + x * 3 * c[3]);
        if (slope == 0)
            throw std::domain_error("the tangent is flat");
        path[i + 1] = x - (c[0] + x * (c[1] + x * (c[2] + x * c[3]))) / slope;
        if (std::fabs(path[i + 1] - x) <= 1e-12 * std::fabs(x)) {
            root = path[i + 1];
            return AB_CUBIC_OK;
        }
    }
    return AB_CUBIC_NO_ROOT;
}

std::uint64_t this_thread()
{
    static std::atomic<std::uint64_t> last{0};
    thread_local const std::uint64_t mine = ++last;
    return mine;
}

void threw(ab_cubic_answer &answer, const char *what) noexcept
{
    answer.status = AB_CUBIC_THREW;
    std::strncpy(answer.text, what == nullptr ? "" : what, sizeof answer.text - 1);
}

} // namespace

void ab_cubic_bare(const ab_cubic *cubic, ab_cubic_answer *answer) noexcept
{
    *answer = ab_cubic_answer{};
    answer->thread = this_thread();
    answer->status = newton(*cubic, answer->root);
}

void ab_cubic_caught(const ab_cubic *cubic, ab_cubic_answer *answer) noexcept
{
    *answer = ab_cubic_answer{};
    answer->thread = this_thread();
    try {
        answer->status = newton(*cubic, answer->root);
    } catch (const std::exception &error) {
        threw(*answer, error.what());
    } catch (...) {
        threw(*answer, "not a std::exception");
    }
}
