/* Products of small integers, where nothing is rounded: every layout, transposed or not, dense or
 * with gaps, in one tile and in several, against three plain loops. */
#include "check.h"

enum { GAP = 3 };

/* Where element (i, j) of a matrix lies. */
static size_t at(int32_t layout, int32_t trans, size_t ld, size_t i, size_t j)
{
    return (layout == ABREAST_ROW_MAJOR) == (trans == ABREAST_NO_TRANS) ? i * ld + j : j * ld + i;
}

/* How far apart the rows (columns) of a rows x cols matrix are, and how much memory that takes. */
static size_t ld_of(int32_t layout, int32_t trans, size_t rows, size_t cols, size_t gap)
{
    return ((layout == ABREAST_ROW_MAJOR) == (trans == ABREAST_NO_TRANS) ? cols : rows) + gap;
}

static double *filled(size_t elements, int start)
{
    double *numbers = malloc(elements * sizeof *numbers);
    CHECK(numbers != NULL);
    for (size_t i = 0; i < elements; i++)
        numbers[i] = (double)((i * 7 + (size_t)start) % 11) - 5;
    return numbers;
}

static void product(int32_t layout, int32_t transa, int32_t transb, size_t m, size_t n, size_t k,
                    size_t gap, const abreast_options *how)
{
    const size_t lda = ld_of(layout, transa, m, k, gap), ldb = ld_of(layout, transb, k, n, gap);
    const size_t ldc = ld_of(layout, ABREAST_NO_TRANS, m, n, gap);
    const size_t room = (m > n ? (m > k ? m : k) : (n > k ? n : k)) + gap;
    double *a = filled(room * room, 1), *b = filled(room * room, 2);
    double *c = filled(room * room, 3), *expected = filled(room * room, 3);
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t l = 0; l < k; l++)
                sum += a[at(layout, transa, lda, i, l)] * b[at(layout, transb, ldb, l, j)];
            double *element = &expected[at(layout, ABREAST_NO_TRANS, ldc, i, j)];
            *element = 2 * sum - 3 * *element;
        }
    }
    MUST(abreast_dgemm(layout, transa, transb, m, n, k, 2, a, lda, b, ldb, -3, c, ldc, how));
    /* All of it: the gaps have not been written to. */
    CHECK(memcmp(c, expected, room * room * sizeof *c) == 0);
    free(a);
    free(b);
    free(c);
    free(expected);
}

int main(void)
{
    const int32_t layouts[] = {ABREAST_ROW_MAJOR, ABREAST_COL_MAJOR};
    const int32_t transposes[] = {ABREAST_NO_TRANS, ABREAST_TRANS};
    /* One element, odd ones, two bands (above 256 rows), two tiles side by side (above 1024 columns). */
    const size_t shapes[][3] = {{1, 1, 1}, {3, 5, 4}, {260, 7, 3}, {5, 1030, 2}, {1030, 5, 2}};
    abreast_options on_pool = ABREAST_OPTIONS;
    MUST(abreast_pool_new(2, &on_pool.pool));
    int products = 0;
    for (int choice = 0; choice < 2 * 2 * 2 * 2 * 2; choice++) {
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
            product(layouts[choice & 1], transposes[choice >> 1 & 1], transposes[choice >> 2 & 1],
                    shapes[s][0], shapes[s][1], shapes[s][2], choice >> 3 & 1 ? GAP : 0,
                    choice >> 4 & 1 ? &on_pool : NULL);
            products++;
        }
    }
    MUST(abreast_pool_free(on_pool.pool));
    printf("%d products\n", products);
    return 0;
}
