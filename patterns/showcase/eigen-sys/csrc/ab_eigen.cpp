#include "ab_eigen.hpp"

#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>

namespace {

// A check of Eigen's that failed.
struct broken_assertion : std::logic_error {
    using std::logic_error::logic_error;
};

} // namespace

// Page `exception_firewall`: Eigen's checks would abort the process in debug builds, and be left out in others. They are
// kept in all builds and throw.
#define eigen_assert(x)                                                                                                \
    do {                                                                                                               \
        if (!(x))                                                                                                      \
            throw broken_assertion(#x);                                                                                \
    } while (false)

// Page `levels`: all of Eigen is inline. Another library of the program that compiles it with other flags or another
// eigen_assert has functions of the same names, and the linker takes either. So these are Eigen's under another name.
#define Eigen ab_eigen_private
#include <Eigen/Cholesky>
#include <Eigen/QR>

namespace {

using Eigen::Index;
using Matrix = Eigen::MatrixXd;

// Page `strided_views`: the caller's elements where they lie. Eigen's matrices are columns: the outer stride is
// that from column to column.
template <class T, class M>
auto mapped(const ab_eigen_view<T> &view) {
    using Strides = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
    const Strides strides(static_cast<Index>(view.column_stride), static_cast<Index>(view.row_stride));
    return Eigen::Map<M, Eigen::Unaligned, Strides>(view.p, static_cast<Index>(view.rows),
                                                    static_cast<Index>(view.columns), strides);
}

auto readable(const ab_eigen_view<const double> &view) {
    return mapped<const double, const Matrix>(view);
}

auto writable(const ab_eigen_view<double> &view) {
    return mapped<double, Matrix>(view);
}

// Page `strings`: cut to what the caller has room for, and ended. Allocates nothing.
void say(const char *what, char *text, std::size_t capacity) noexcept {
    if (capacity == 0)
        return;
    const std::size_t n = strnlen(what, capacity - 1);
    std::memcpy(text, what, n);
    text[n] = '\0';
}

// Page `exception_firewall`: nothing that C++ throws passes.
template <class Work>
std::int32_t guarded(char *text, std::size_t capacity, Work &&work) noexcept {
    say("", text, capacity);
    try {
        return work();
    } catch (const std::bad_alloc &) {
        say("no memory", text, capacity);
        return AB_EIGEN_NO_MEMORY;
    } catch (const broken_assertion &broken) {
        say(broken.what(), text, capacity);
        return AB_EIGEN_ASSERTION;
    } catch (const std::exception &other) {
        say(other.what() == nullptr ? "" : other.what(), text, capacity);
        return AB_EIGEN_EXCEPTION;
    } catch (...) {
        say("something that is no std::exception", text, capacity);
        return AB_EIGEN_EXCEPTION;
    }
}

// Columns of somebody else's, each without gaps.
using Columns = Eigen::Ref<Matrix, Eigen::Unaligned, Eigen::OuterStride<>>;

Eigen::Map<Matrix, Eigen::Unaligned, Eigen::OuterStride<>> columns_of(const ab_eigen_view<double> &a) {
    eigen_assert(a.row_stride == 1 || a.rows <= 1);
    return {a.p, static_cast<Index>(a.rows), static_cast<Index>(a.columns),
            Eigen::OuterStride<>(static_cast<Index>(a.column_stride))};
}

} // namespace

// Page `cpp_values`: templates of Eigen, instantiated for double. Over a Ref the decomposition takes the place of A.
struct ab_eigen_cholesky {
    explicit ab_eigen_cholesky(Columns a) : llt(a) {}
    Eigen::LLT<Columns> llt;
};

struct ab_eigen_qr {
    explicit ab_eigen_qr(const ab_eigen_view<const double> &a) : qr(readable(a)) {}
    Eigen::ColPivHouseholderQR<Matrix> qr;
};

std::int32_t ab_eigen_cholesky_new(const ab_eigen_view<double> *a, ab_eigen_cholesky **out, char *text,
                                   std::size_t capacity) noexcept {
    return guarded(text, capacity, [=] {
        auto whole = std::make_unique<ab_eigen_cholesky>(Columns(columns_of(*a)));
        if (whole->llt.info() != Eigen::Success) {
            say("a pivot is not positive", text, capacity);
            return AB_EIGEN_NOT_POSITIVE_DEFINITE;
        }
        *out = whole.release();
        return AB_EIGEN_FINE;
    });
}

void ab_eigen_cholesky_free(ab_eigen_cholesky *whole) noexcept {
    delete whole;
}

std::int32_t ab_eigen_cholesky_solve(const ab_eigen_cholesky *whole, const ab_eigen_view<double> *b, char *text,
                                     std::size_t capacity) noexcept {
    return guarded(text, capacity, [=] {
        auto both = writable(*b);
        whole->llt.solveInPlace(both);
        return AB_EIGEN_FINE;
    });
}

std::int32_t ab_eigen_qr_new(const ab_eigen_view<const double> *a, ab_eigen_qr **out, std::size_t *rank, char *text,
                             std::size_t capacity) noexcept {
    return guarded(text, capacity, [=] {
        auto whole = std::make_unique<ab_eigen_qr>(*a);
        *rank = static_cast<std::size_t>(whole->qr.rank());
        if (*rank < a->columns) {
            say("the rank is below the number of columns", text, capacity);
            return AB_EIGEN_RANK_DEFICIENT;
        }
        *out = whole.release();
        return AB_EIGEN_FINE;
    });
}

void ab_eigen_qr_free(ab_eigen_qr *whole) noexcept {
    delete whole;
}

std::int32_t ab_eigen_qr_solve(const ab_eigen_qr *whole, const ab_eigen_view<const double> *b,
                               const ab_eigen_view<double> *x, char *text, std::size_t capacity) noexcept {
    return guarded(text, capacity, [=] {
        auto result = writable(*x);
        // Otherwise Eigen would give the map another size, which a map refuses.
        eigen_assert(result.rows() == whole->qr.cols() && result.cols() == static_cast<Index>(b->columns));
        result = whole->qr.solve(readable(*b));
        return AB_EIGEN_FINE;
    });
}
