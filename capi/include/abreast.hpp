// abreast for C++17, on top of abreast.h: handles that free themselves, failures as exceptions,
// lengths from containers. Header-only; what it says about ownership, threads and results is what
// abreast.h says.
//
//     std::vector<double> x{1, 2, 3}, y{4, 5, 6};
//     double dot = abreast::dot<double>(x, y); // 32
//     abreast::pool pool{2};
//     dot = abreast::dot<double>(x, y, abreast::on(pool));
#ifndef ABREAST_CAPI_HPP
#define ABREAST_CAPI_HPP

#include "abreast.h"

#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace abreast {

// A call that did nothing. Every failure is one of these and, beside it, the standard's own kind of
// exception, so that a program need not know abreast to catch it. No std::exception by itself: what
// is one in two ways is caught as neither.
class error {
public:
    abreast_status status() const noexcept { return status_; }
    // "ABREAST_LENGTH"; a number that this library does not know has no name.
    const char *name() const noexcept
    {
        const char *known = abreast_status_name(status_);
        return known ? known : "?";
    }
    // The library's own sentence.
    virtual const char *what() const noexcept = 0;

protected:
    explicit error(abreast_status status) noexcept : status_(status) {}
    error(const error &) = default;
    error &operator=(const error &) = default;
    ~error() = default;

private:
    abreast_status status_;
};

template <class Standard> class failure : public Standard, public error {
public:
    failure(abreast_status status, const std::string &why) : Standard(why), error(status) {}
    const char *what() const noexcept override { return Standard::what(); }
};

using argument_error = failure<std::invalid_argument>;
using runtime_error = failure<std::runtime_error>;

class memory_error : public std::bad_alloc, public error {
public:
    memory_error(abreast_status status, const std::string &why) : error(status), why_(why) {}
    const char *what() const noexcept override { return why_.what(); }

private:
    std::runtime_error why_; // a text that can be copied without memory, as an exception must be
};

namespace detail {

inline std::string last_error()
{
    std::size_t needed = 0;
    if (abreast_last_error(nullptr, 0, &needed) != ABREAST_OK)
        return "";
    std::string text(needed, '\0');
    if (abreast_last_error(text.data(), text.size(), nullptr) != ABREAST_OK)
        return "";
    text.resize(needed - 1); // without its zero byte
    return text;
}

// The exception that a status stands for.
inline void must(abreast_status status)
{
    switch (status) {
    case ABREAST_OK:
        return;
    case ABREAST_NO_MEMORY:
        throw memory_error(status, last_error());
    case ABREAST_ARGUMENT:
    case ABREAST_LENGTH:
    case ABREAST_UNKNOWN:
    case ABREAST_NULL:
    case ABREAST_MISALIGNED:
    case ABREAST_TOO_LARGE:
    case ABREAST_OVERLAP:
    case ABREAST_TEXT:
    case ABREAST_HANDLE:
        throw argument_error(status, last_error());
    default:
        throw runtime_error(status, last_error());
    }
}

// A handle of the C API that frees itself. Moved, never copied: one owner.
template <class Handle, abreast_status (*Free)(Handle)> class owner {
public:
    owner() = default;
    owner(owner &&other) noexcept : handle_(std::exchange(other.handle_, Handle{})) {}
    owner &operator=(owner &&other) noexcept
    {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~owner() { (void)Free(handle_); } // no handle, nothing freed
    Handle get() const noexcept { return handle_; }

protected:
    Handle handle_{};
};

} // namespace detail

// Elements that somebody else owns: made from anything with data() and size(). (C++17 has no span.) As an
// argument it may be of a temporary, which lives until the call returns; as a variable it may not.
template <class T> class view {
public:
    view(T *data, std::size_t size) : data_(data), size_(size) {}
    template <class Container,
              class = std::enable_if_t<std::is_convertible_v<
                  decltype(std::declval<Container &>().data()), T *>>>
    view(Container &&from) : data_(from.data()), size_(from.size())
    {
    }
    T *data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }

private:
    T *data_;
    std::size_t size_;
};

// Threads that wait for work.
class pool : public detail::owner<abreast_pool, abreast_pool_free> {
public:
    // One thread for each core.
    pool() { detail::must(abreast_pool_per_core(&handle_)); }
    explicit pool(std::uint32_t threads) { detail::must(abreast_pool_new(threads, &handle_)); }
    std::uint32_t width() const
    {
        std::uint32_t threads = 0;
        detail::must(abreast_pool_width(handle_, &threads));
        return threads;
    }
};

// The names of a kernel's variants. The texts are the library's and live as long as it.
inline std::vector<const char *> variants(const std::string &kernel)
{
    std::size_t count = 0;
    detail::must(abreast_variant_count(kernel.c_str(), &count));
    std::vector<const char *> names(count);
    for (std::size_t i = 0; i < count; i++)
        detail::must(abreast_variant_name(kernel.c_str(), i, &names[i]));
    return names;
}

// How a kernel is called; without arguments its default variant at the best level on this thread. The
// text is not copied: it must live for as long as calls are made with these options.
inline abreast_options options(const char *variant = nullptr,
                               abreast_level level = ABREAST_LEVEL_BEST)
{
    abreast_options how = ABREAST_OPTIONS;
    how.variant = variant;
    how.level = level;
    return how;
}

// The same on a pool, which must live until the call returns.
inline abreast_options on(const pool &where, abreast_options how = options())
{
    how.pool = where.get();
    return how;
}

// A problem with operands of the library's own, for any kernel by name.
class sample : public detail::owner<abreast_sample, abreast_sample_free> {
public:
    sample(const std::string &kernel, std::int64_t n, std::uint64_t seed)
    {
        detail::must(abreast_sample_new(kernel.c_str(), n, seed, &handle_));
    }
    // The hash of the result's bytes.
    std::uint64_t run(const abreast_options &how = options()) const
    {
        std::uint64_t hash = 0;
        detail::must(abreast_sample_run(handle_, &hash, &how));
        return hash;
    }
};

// Throws unless the library in use is the one this header was made for.
inline void check_abi()
{
    detail::must(ABREAST_CHECK_ABI());
}

namespace detail {

inline void same_length(std::size_t x, std::size_t y)
{
    if (x != y)
        throw argument_error(ABREAST_LENGTH, "x has " + std::to_string(x) + " elements and y has " +
                                                 std::to_string(y) + ": they must be equally long");
}

// The C functions over doubles and floats, by type.
template <class T> struct over;
template <> struct over<double> {
    static constexpr auto sum = abreast_dsum;
    static constexpr auto dot = abreast_ddot;
    static constexpr auto axpy = abreast_daxpy;
    static constexpr auto gemm = abreast_dgemm;
};
template <> struct over<float> {
    static constexpr auto sum = abreast_ssum;
    static constexpr auto dot = abreast_sdot;
    static constexpr auto axpy = abreast_saxpy;
    static constexpr auto gemm = abreast_sgemm;
};

} // namespace detail

inline std::int64_t range_sum(std::int64_t n, const abreast_options &how = options())
{
    std::int64_t sum = 0;
    detail::must(abreast_range_sum(n, &sum, &how));
    return sum;
}

inline std::vector<std::int64_t> range_sums(view<const std::int64_t> limits,
                                            const abreast_options &how = options())
{
    std::vector<std::int64_t> sums(limits.size());
    detail::must(abreast_range_sums(limits.size(), limits.data(), sums.data(), &how));
    return sums;
}

inline std::int64_t conditional_range_sum(std::int64_t n, const abreast_options &how = options())
{
    std::int64_t sum = 0;
    detail::must(abreast_conditional_range_sum(n, &sum, &how));
    return sum;
}

inline double sum_arange(std::uint64_t n, const abreast_options &how = options())
{
    double sum = 0;
    detail::must(abreast_sum_arange(n, &sum, &how));
    return sum;
}

template <class T> T sum(view<const T> x, const abreast_options &how = options())
{
    T result = 0;
    detail::must(detail::over<T>::sum(x.size(), x.data(), &result, &how));
    return result;
}

template <class T>
T dot(view<const T> x, view<const T> y, const abreast_options &how = options())
{
    detail::same_length(x.size(), y.size());
    T result = 0;
    detail::must(detail::over<T>::dot(x.size(), x.data(), y.data(), &result, &how));
    return result;
}

// y <- alpha x + y
template <class T>
void axpy(T alpha, view<const T> x, view<T> y, const abreast_options &how = options())
{
    detail::same_length(x.size(), y.size());
    detail::must(detail::over<T>::axpy(x.size(), alpha, x.data(), y.data(), &how));
}

namespace detail {

// Whether an argument of type `From &&` is a temporary whose elements end with it. A view, a span or a
// string_view does not care whether it is const itself, and can be assigned: a vector and an array differ.
template <class From, class Plain = std::remove_cv_t<std::remove_reference_t<From>>>
using if_elements_end = std::enable_if_t<
    !std::is_lvalue_reference_v<From> &&
    !(std::is_same_v<decltype(std::declval<Plain &>().data()),
                     decltype(std::declval<const Plain &>().data())> &&
      std::is_copy_assignable_v<Plain>)>;

} // namespace detail

// A dense or strided matrix, row after row: `ld` elements from one to the next. The elements are somebody
// else's and must live for as long as it, so they cannot be those of a temporary: that does not compile.
template <class T> struct matrix {
    view<T> elements;
    std::size_t rows, cols, ld;

    matrix(view<T> of, std::size_t row_count, std::size_t col_count)
        : matrix(of, row_count, col_count, col_count ? col_count : 1)
    {
    }
    matrix(view<T> of, std::size_t row_count, std::size_t col_count, std::size_t row_distance)
        : elements(of), rows(row_count), cols(col_count), ld(row_distance)
    {
        // Said so that nothing overflows: the last row begins within, and ends there too.
        const std::size_t size = elements.size();
        const bool empty = rows == 0 || cols == 0;
        if (ld < cols || ld == 0 || (!empty && (cols > size || (size - cols) / ld < rows - 1)))
            throw argument_error(ABREAST_ARGUMENT, "a matrix must lie within its elements");
    }
    template <class Temporary, class = detail::if_elements_end<Temporary>>
    matrix(Temporary &&, std::size_t, std::size_t) = delete;
    template <class Temporary, class = detail::if_elements_end<Temporary>>
    matrix(Temporary &&, std::size_t, std::size_t, std::size_t) = delete;
};

// C <- alpha A B + beta C
template <class T>
void gemm(T alpha, const matrix<const T> &a, const matrix<const T> &b, T beta, const matrix<T> &c,
          const abreast_options &how = options())
{
    if (a.cols != b.rows || a.rows != c.rows || b.cols != c.cols)
        throw argument_error(ABREAST_ARGUMENT, "the sizes of A, B and C do not fit");
    detail::must(detail::over<T>::gemm(ABREAST_ROW_MAJOR, ABREAST_NO_TRANS, ABREAST_NO_TRANS,
                                       c.rows, c.cols, a.cols, alpha, a.elements.data(), a.ld,
                                       b.elements.data(), b.ld, beta, c.elements.data(), c.ld,
                                       &how));
}

inline std::uint64_t pi_hits(std::uint64_t n, std::uint64_t seed,
                             const abreast_options &how = options())
{
    std::uint64_t hits = 0;
    detail::must(abreast_pi_hits(n, seed, &hits, &how));
    return hits;
}

// The counts of a view's pixels, row after row. `size` is filled in.
inline std::vector<std::uint32_t> escape(abreast_view of, const abreast_options &how = options())
{
    of.size = sizeof of;
    const std::uint64_t width = of.width, height = of.height;
    std::vector<std::uint32_t> counts;
    if (width != 0 && height > counts.max_size() / width)
        throw memory_error(ABREAST_NO_MEMORY, "no room for so many pixels");
    counts.resize(width * height);
    detail::must(abreast_escape(&of, counts.size(), counts.data(), &how));
    return counts;
}

} // namespace abreast

#endif
