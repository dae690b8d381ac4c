// Example: a library, in place of yours.
#include "strided_views/strided_views.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>

// It crosses behind a pointer, field by field as declared.
static_assert(std::is_standard_layout_v<ab::view2<double>> && std::is_trivially_copyable_v<ab::view2<double>>);

extern "C" std::int32_t ab_view_axpy(double alpha, const ab::view2<const double> *x,
                                     const ab::view2<double> *y) noexcept {
    const auto from = *x;
    const auto to = *y;
    if (from.extent(0) != to.extent(0) || from.extent(1) != to.extent(1))
        return -1;
    // Without columns there is no element, but there may be 2^64 - 1 rows to walk.
    if (to.empty())
        return 0;
    for (std::size_t i = 0; i < to.extent(0); i++)
        for (std::size_t j = 0; j < to.extent(1); j++)
            to(i, j) += alpha * from(i, j);
    return 0;
}

extern "C" double ab_ge_sum(int order, int m, int n, const double *a, int lda) noexcept {
    const bool by_rows = order == 101;
    if ((!by_rows && order != 102) || m < 0 || n < 0 || lda < std::max(1, by_rows ? n : m))
        return std::numeric_limits<double>::quiet_NaN();
    const auto rows = static_cast<std::size_t>(m), columns = static_cast<std::size_t>(n);
    const ab::view2<const double> view{a, rows, columns, by_rows ? lda : 1, by_rows ? 1 : lda};
    double sum = 0;
    if (view.empty())
        return sum;
    for (std::size_t i = 0; i < rows; i++)
        for (std::size_t j = 0; j < columns; j++)
            sum += view(i, j) * static_cast<double>(100 * i + j);
    return sum;
}
