/* Example: a library, in place of yours. */
#include "kept_callback.h"

#include <math.h>
#include <stdlib.h>

struct ab_root {
    ab_root_fn *f; /* null: none */
    void *data;    /* borrowed */
    double lower, upper, at_lower;
};

static void let_go(ab_root *root)
{
    root->f = NULL;
    root->data = NULL;
    root->lower = root->upper = NAN;
}

ab_root *ab_root_new(void)
{
    ab_root *root = malloc(sizeof *root);
    if (root != NULL)
        let_go(root);
    return root;
}

void ab_root_free(ab_root *root)
{
    free(root);
}

int32_t ab_root_set(ab_root *root, ab_root_fn *f, void *data, double lower, double upper)
{
    double at_lower, at_upper;
    let_go(root);
    int32_t status = f(data, lower, &at_lower);
    if (status == 0)
        status = f(data, upper, &at_upper);
    if (status != 0)
        return status;
    if (!((at_lower <= 0.0 && at_upper >= 0.0) || (at_lower >= 0.0 && at_upper <= 0.0)))
        return -1;
    *root = (ab_root){f, data, lower, upper, at_lower};
    return 0;
}

int32_t ab_root_step(ab_root *root)
{
    if (root->f == NULL)
        return -2;
    double middle = root->lower / 2.0 + root->upper / 2.0, at_middle;
    int32_t status = root->f(root->data, middle, &at_middle);
    if (status != 0)
        return status;
    if ((at_middle <= 0.0) == (root->at_lower <= 0.0)) {
        root->lower = middle;
        root->at_lower = at_middle;
    } else {
        root->upper = middle;
    }
    return 0;
}

double ab_root_lower(const ab_root *root)
{
    return root->lower;
}

double ab_root_upper(const ab_root *root)
{
    return root->upper;
}
