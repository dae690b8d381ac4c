// Counterexample: a functor that ends the data with itself. std::function copies functors.
#include "std_function/std_function.hpp"

#include <functional>

extern "C" double ab_terms_careless(ab_closure closure, double x);

namespace {

struct careless {
    ab_closure closure;
    ~careless() { closure.drop(closure.data); }
    double operator()(double x) const {
        double y = 0;
        closure.call(closure.data, x, &y);
        return y;
    }
};

} // namespace

extern "C" double ab_terms_careless(ab_closure closure, double x) {
    const careless functor{closure};
    const std::function<double(double)> function = functor;
    return function(x);
}
