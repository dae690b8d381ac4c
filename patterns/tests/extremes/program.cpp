// The foreign half of the pages, called with the smallest and the largest numbers of each type that safe Rust can
// hand over. It is compiled so that undefined arithmetic ends it, and returns when nothing of the kind happened.
extern "C" {
#include "batching/batching.h"
#include "borrowing_child/borrowing_child.h"
#include "completion_waker/completion_waker.h"
#include "drift_triangle/drift_triangle.h"
#include "enums_as_integers/enums_as_integers.h"
#include "errno/errno.h"
#include "error_handlers/error_handlers.h"
#include "fortran_abi/fortran_abi.h"
#include "inline_shim/inline_shim.h"
#include "kept_callback/kept_callback.h"
#include "levels/levels.h"
#include "library_threads/library_threads.h"
#include "longjmp_quarantine/longjmp_quarantine.h"
#include "measurement_traps/measurement_traps.h"
#include "opaque_handle/opaque_handle.h"
#include "output_buffer/output_buffer.h"
#include "owned_handle/owned_handle.h"
#include "panic_parcel/panic_parcel.h"
#include "pinned_struct/pinned_struct.h"
#include "scoped_callback/scoped_callback.h"
#include "status_codes/status_codes.h"
#include "stored_callback/stored_callback.h"
#include "thread_contracts/thread_contracts.h"
#include "unions_and_tails/unions_and_tails.h"
#include "who_frees/who_frees.h"
}
#include "cpp_classes/cpp_classes.hpp"
#include "cpp_values/cpp_values.hpp"
#include "exception_firewall/exception_firewall.hpp"
#include "std_function/std_function.hpp"
#include "strided_views/strided_views.hpp"

#include <cfloat>
#include <climits>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <stdexcept>

#define MUST(what)                                                        \
    do {                                                                  \
        if (!(what)) {                                                    \
            std::fprintf(stderr, "line %d: not %s\n", __LINE__, #what);   \
            std::exit(1);                                                 \
        }                                                                 \
    } while (0)

namespace {

const std::int32_t INTS[] = {INT32_MIN, INT32_MIN + 1, -1, 0, 1, INT32_MAX};
const std::size_t SIZES[] = {0, 1, SIZE_MAX / 8, SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX - 1, SIZE_MAX};
const double DOUBLES[] = {-INFINITY, -DBL_MAX, -1, -0.0, 0, DBL_TRUE_MIN, 1, 1e300, DBL_MAX, INFINITY, NAN};

std::int32_t stops(void *, double, double *) { return 1; }
int stops_too(void *, double, double *) { return 1; }
int no_element(void *, std::size_t, std::size_t, double *) { return 1; }
void reports(void *, std::size_t) {}
int leaves(void *, std::uint64_t, double) { return 1; }
void ends(void *) {}
void *fails(void *, double, double *) { return nullptr; }
void done(void *, std::int32_t, double) {}
void returns(const char *, const char *, int, int) {}
std::int32_t same(void *, double x, double *y) {
    *y = x;
    return 0;
}

void integers() {
    for (const std::int32_t n : INTS) {
        for (const std::int32_t rule : INTS) {
            double x = 0.5;
            ab_minimise(0.25, 0, 1, 1e-9, n, rule, &x);
            MUST(x >= 0 && x <= 1);
        }
        char text[64];
        ab_quad_text(n, text, sizeof text);
        MUST(text[0] != '\0');
        MUST(n == INT32_MAX || n == INT32_MIN || ab_gauss_rehearse(n, text, sizeof text) <= 0);
        ab_errno_set(n);
        const double one = 1;
        MUST(n > ab_levels_best() || ab_levels_squares(n, 1, &one) == 1);
        for (const std::int32_t lda : INTS) {
            // No equations, for any number of right-hand sides.
            const std::int32_t none = 0;
            std::int32_t info = 1;
            ab_dposv_("L", &none, &n, nullptr, &lda, nullptr, &lda, &info, 1);
            MUST(info == (n < 0 ? -3 : lda < 1 ? -5 : 0));
        }
        for (const std::int32_t m : INTS)
            for (const std::int32_t lda : INTS)
                for (const std::int32_t order : {101, 102, INT32_MIN, INT32_MAX})
                    // Where there are elements, there is one.
                    if (m <= 0 || n <= 0 || (m == 1 && n == 1))
                        ab_ge_sum(order, m, n, &one, lda);
    }
    char text[64];
    for (const std::int64_t turns : {INT64_MIN, INT64_MAX})
        MUST(ab_angles_label_turns(text, sizeof text, turns) > 0);
    MUST(ab_trap_step(UINT64_MAX, UINT64_MAX) == UINT64_MAX);
}

void sizes() {
    for (const std::size_t n : SIZES) {
        // Nothing of this size, or nothing at all.
        const bool huge = n > 1;
        double *const nodes = ab_nodes_new(n);
        MUST(!huge || nodes == nullptr);
        ab_nodes_free(nodes);
        ab_factor *const factor = ab_factor_new(n);
        MUST(!huge || factor == nullptr);
        ab_factor_free(factor);
        MUST(n < 2 ? ab_table_new(n, nullptr) == nullptr : true);
        ab_dct_plan_free(ab_dct_plan_new(n));
        ab_mean mean{};
        MUST((ab_mean_init(&mean, n) == AB_MEAN_OK) == (n == 1));
        MUST((ab_mean_end(&mean) == AB_MEAN_OK) == (n == 1));
        double area = 0, x = 0;
        ab_area(n, 0, 1, stops_too, reports, nullptr, &area);
        ab_simpson(stops, nullptr, 0, 1, n, &area);
        ab_cholesky(n, no_element, nullptr, &area);
        ab_kronecker_many(UINT64_MAX, 1, &x);
        for (const std::size_t m : SIZES)
            if (n == 0 || m == 0) {
                const ab::view2<const double> from{&x, m, n, 1, 1};
                const ab::view2<double> to{&x, m, n, PTRDIFF_MAX, PTRDIFF_MIN};
                MUST(ab_view_axpy(1, &from, &to) == 0);
            }
    }
    for (const std::uint32_t limit : {0u, 1u, 2u, 3u}) {
        std::size_t written = 7;
        MUST(ab_primes_below(limit, nullptr, 0, &written) == (limit < 3 ? AB_PRIMES_OK : AB_PRIMES_SHORT));
    }
    for (const std::uint64_t seed : {std::uint64_t{0}, UINT64_MAX}) {
        double number = -1;
        ab_rng *const rng = ab_rng_new(seed);
        ab_rng_fill(rng, 1, &number);
        ab_rng_free(rng);
        MUST(number >= 0 && number < 1 && ab_kronecker(seed) >= 0);
    }
    MUST(ab_springs_leapfrog(0, UINT32_MAX, 1, nullptr, nullptr) == 0);
}

void places() {
    ab_lambert_set_error(returns);
    ab_root *const root = ab_root_new();
    for (const double x : DOUBLES) {
        const double samples[] = {1, 2};
        ab_table *const table = ab_table_new(2, samples);
        ab_cursor *const cursor = ab_cursor_new(table);
        const double y = ab_cursor_at(cursor, x);
        MUST(std::isnan(x) || (y >= 1 && y <= 2));
        ab_cursor_free(cursor);
        ab_table_free(table);
        double at = 0;
        ab_table_at(2, samples, samples, x, &at);
        ab_angles_wrap(x);
        char text[64];
        MUST(ab_angles_label(text, sizeof text, x) > 0);
        const double w = ab_lambert(x);
        MUST(std::isnan(w) == !(x >= -0.3));
        for (const double other : DOUBLES) {
            if (ab_root_set(root, same, nullptr, x, other) == 0)
                MUST(ab_root_step(root) == 0);
            double area = 0;
            ab_quad(1, &x, x, other, other, &area);
            ab_rate(x, other, x);
        }
    }
    ab_root_free(root);
}

void classes() {
    for (const double width : {DBL_TRUE_MIN, 1.0, DBL_MAX}) {
        ab::histogram histogram("", width);
        std::size_t added = 0;
        for (const double x : DOUBLES) {
            try {
                histogram.add(x);
                added++;
            } catch (const std::domain_error &) {
            }
        }
        MUST(histogram.samples().size() == added && added > 0);
    }
}

void values() {
    for (const double a : DOUBLES)
        for (const double b : DOUBLES) {
            for (const double c : DOUBLES) {
                ab_roots roots{};
                ab_quadratic_roots(a, b, c, &roots);
                MUST(roots.kind >= AB_ROOTS_NONE && roots.kind <= AB_ROOTS_CONJUGATES);
                MUST(roots.kind != AB_ROOTS_TWO || !(roots.second < roots.first));
            }
            double found = 0;
            MUST(ab_largest_f64(&a, 1, &b, &found) == (a < b));
        }
    for (const std::uint32_t extra : {0u, 2u, 1024u, UINT32_MAX}) {
        ab_team *const team = ab_team_new(extra);
        MUST((team == nullptr) == (extra > 1023));
        double sum = 7;
        MUST(team == nullptr || (ab_team_sum(team, nullptr, 0, &sum) == 0 && sum == 0));
        ab_team_free(team);
    }
    for (const std::uint32_t n : {0u, 1u, 1u << 25, UINT32_MAX}) {
        ab_series *const series = ab_series_new(n);
        MUST((series == nullptr) == (n >> 25 != 0));
        if (series != nullptr)
            MUST(ab_series_set_decimals(series, n) == 0 && ab_series_set_decimals(series, UINT32_MAX) == -1);
        ab_series_free(series);
    }
}

void handles() {
    ab_relax *const relax = ab_relax_new();
    MUST(ab_relax_register(relax, leaves, nullptr, ends) == 1);
    for (const std::uint64_t n : {std::uint64_t{0}, UINT64_MAX - 1, UINT64_MAX}) {
        ab_relax_unregister(relax, n);
        ab_relax_run(relax, n);
    }
    ab_relax_free(relax);
    ab_summer *const summer = ab_summer_new();
    std::uint64_t id = 0;
    MUST(ab_summer_submit(summer, 0, nullptr, done, nullptr, &id) == AB_SUM_OK);
    for (const std::uint64_t other : {std::uint64_t{0}, UINT64_MAX})
        ab_summer_cancel(summer, other);
    for (const std::int32_t paused : INTS)
        ab_summer_pause(summer, paused);
    ab_summer_free(summer);
    ab_terms *const terms = ab_terms_new();
    for (const std::size_t n : {SIZE_MAX, SIZE_MAX / 2 + 1}) {
        MUST(ab_terms_add(terms, ab_closure{nullptr, fails, ends, ends}, n) == AB_TERMS_NO_MEMORY);
        MUST(!ab_terms_remove(terms, n));
    }
    ab_terms_free(terms);
}

} // namespace

int main(int arguments, char **) {
    if (arguments > 1) {
        // Seeded, to see that it is noticed.
        volatile std::int32_t least = INT32_MIN;
        least = least - 1;
        return 0;
    }
    integers();
    sizes();
    places();
    classes();
    values();
    handles();
    std::puts("every call has returned");
}
