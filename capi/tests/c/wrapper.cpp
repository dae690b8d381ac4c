// abreast.hpp where the clients do not go: its own refusals, and who owns a handle.
#include "check.h"

#include <abreast.hpp>

#include <array>
#include <string>
#if __cplusplus >= 202002L
#include <span>
#endif

// The status of what the work throws, and that it is a Kind with the words.
template <class Kind, class Work> abreast_status thrown(const std::string &words, Work work)
{
    try {
        work();
    } catch (const Kind &what) {
        CHECK(std::string(what.what()).find(words) != std::string::npos);
        const auto *error = dynamic_cast<const abreast::error *>(&what);
        CHECK(error != nullptr && std::string(error->name()) == abreast_status_name(error->status()));
        return error->status();
    }
    return ABREAST_OK;
}

// Every failure is a std::exception in one way only: a program that catches nothing else catches it.
template <class Work> bool caught_by_everybody(Work work)
{
    try {
        work();
    } catch (const std::exception &) {
        return true;
    }
    return false;
}

// A matrix of a temporary does not compile: its elements would be gone when it is used. One of a temporary
// that only leads to elements does, as does one of anything that has a name.
template <class T, class From>
constexpr bool makes_dense = std::is_constructible_v<abreast::matrix<T>, From, std::size_t, std::size_t>;
template <class T, class From>
constexpr bool makes_strided =
    std::is_constructible_v<abreast::matrix<T>, From, std::size_t, std::size_t, std::size_t>;
template <class T, class From> constexpr bool makes_matrix = makes_dense<T, From> && makes_strided<T, From>;
template <class T, class From> constexpr bool is_refused = !makes_dense<T, From> && !makes_strided<T, From>;
static_assert(makes_matrix<const double, std::vector<double> &>);
static_assert(makes_matrix<const double, const std::vector<double> &>);
static_assert(makes_matrix<double, std::vector<double> &>);
static_assert(makes_matrix<const double, std::array<double, 4> &>);
static_assert(makes_matrix<const double, abreast::view<const double>>);
static_assert(makes_matrix<double, const abreast::view<double>>);
static_assert(is_refused<const double, std::vector<double>>);
static_assert(is_refused<const double, const std::vector<double>>);
static_assert(is_refused<const double, std::array<double, 4>>);
static_assert(is_refused<const double, std::array<const double, 4>>);
static_assert(is_refused<double, std::vector<double>>);
static_assert(is_refused<double, const std::vector<double> &>, "it cannot be written to");
#if __cplusplus >= 202002L
static_assert(makes_matrix<const double, std::span<const double>>);
static_assert(makes_matrix<double, std::span<double>>);
static_assert(makes_matrix<double, std::span<double, 4>>);
#endif

int main()
{
    abreast::check_abi();
    std::vector<double> x{1, 2, 3}, y{4, 5, 6}, shorter{1};
    CHECK(abreast::dot<double>(x, y) == 32);
    CHECK(abreast::sum<double>(std::array<double, 2>{1, 2}) == 3);
    using invalid = std::invalid_argument;
    CHECK(thrown<invalid>("x has 3 elements and y has 1", [&] { abreast::dot<double>(x, shorter); }) ==
          ABREAST_LENGTH);
    CHECK(thrown<invalid>("equally long", [&] { abreast::axpy<double>(1, x, shorter); }) ==
          ABREAST_LENGTH);
    CHECK(thrown<invalid>("did you mean", [] { abreast::sample("dott", 9, 1); }) == ABREAST_UNKNOWN);
    CHECK(thrown<std::bad_alloc>("allocate", [] { abreast::sample("dot", INT64_MAX, 1); }) ==
          ABREAST_NO_MEMORY);
    CHECK(caught_by_everybody([&] { abreast::dot<double>(x, shorter); }));
    CHECK(caught_by_everybody([] { abreast::sample("dot", INT64_MAX, 1); }));
    CHECK(caught_by_everybody([] {
        abreast_options how = abreast::options();
        how.size--;
        abreast::range_sum(1, how);
    }));
    CHECK(thrown<abreast::error>("options.size = 31", [] {
              abreast_options how = abreast::options();
              how.size--;
              abreast::range_sum(1, how);
          }) == ABREAST_ABI_MISMATCH);

    // A variant by name: every row of the kernel's table, and nothing else.
    CHECK(abreast::variants("dot").size() >= 1);
    for (const char *variant : abreast::variants("dot")) {
        const std::string copy = variant;
        CHECK(abreast::dot<double>(x, y, abreast::options(variant)) == 32);
        CHECK(abreast::dot<double>(x, y, abreast::options(copy.c_str())) == 32);
        CHECK(thrown<invalid>("did you mean '" + copy + "'?", [&] {
                  abreast::dot<double>(x, y, abreast::options((copy + "_").c_str()));
              }) == ABREAST_UNKNOWN);
    }
    CHECK(abreast::dot<double>(x, y, abreast::options(nullptr)) == 32);
    CHECK(thrown<invalid>("unknown variant ''", [&] {
              abreast::dot<double>(x, y, abreast::options(""));
          }) == ABREAST_UNKNOWN);
    CHECK(thrown<invalid>("options.variant: invalid utf-8", [&] {
              abreast::dot<double>(x, y, abreast::options("r\xffst"));
          }) == ABREAST_TEXT);
    CHECK(thrown<invalid>("did you mean 'dot'?", [] { abreast::variants("dott"); }) == ABREAST_UNKNOWN);

    // A matrix lies within its elements, and sizes that do not fit are refused before C is called.
    std::vector<double> six(6), four(4);
    using M = abreast::matrix<const double>;
    const auto refuses = [&](std::size_t rows, std::size_t cols, std::size_t ld) {
        return thrown<invalid>("within", [&] { M(six, rows, cols, ld); }) == ABREAST_ARGUMENT;
    };
    CHECK(!refuses(2, 3, 3) && !refuses(2, 2, 4) && !refuses(0, 9, 9) && !refuses(1, 6, SIZE_MAX));
    CHECK(refuses(3, 3, 3) && refuses(2, 3, 2) && refuses(2, 3, 4) && refuses(1, 7, 7));
    CHECK(refuses(2, 0, 0) && refuses(SIZE_MAX, 2, SIZE_MAX) && refuses(2, SIZE_MAX, SIZE_MAX));
    CHECK(thrown<invalid>("do not fit", [&] {
              abreast::gemm<double>(1, {six, 2, 3}, {six, 2, 3}, 0, {four, 2, 2});
          }) == ABREAST_ARGUMENT);
    abreast::gemm<double>(1, {x, 1, 3}, {y, 3, 1}, 0, {four, 1, 1});
    CHECK(four[0] == 32);

    // One owner: what is moved from has nothing, what goes out of scope is freed, once.
    abreast_pool raw;
    {
        abreast::pool first(2);
        raw = first.get();
        abreast::pool second = std::move(first);
        CHECK(first.get().id == 0 && second.width() == 2);
        abreast::pool third(1);
        third = std::move(second);
        CHECK(third.get().id == raw.id && second.width() == 1);
    }
    std::uint32_t width = 0;
    CHECK(abreast_pool_width(raw, &width) == ABREAST_HANDLE);
    CHECK(abreast::pool().width() >= 1);
    std::puts("wrapped");
    return 0;
}
