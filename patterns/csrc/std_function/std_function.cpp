// Pattern: a closure as a std::function, and its failure as an exception.
#include "std_function/std_function.hpp"

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace {

using term = std::function<double(double)>;

// A closure's failure on its way through C++: an exception like others, so that C++ cleans up. Whoever
// catches it at the border takes the failure out; swallowed by somebody else, it is ended here. Thrown once, it
// may be caught often, on many threads at once: std::exception_ptr and std::shared_future throw one object
// again and again. So the first takes the failure, by an atomic exchange, and the others find none.
class closure_failed : public std::exception {
    struct owner {
        std::atomic<void *> failure{nullptr};
        void (*drop)(void *) = nullptr;
        ~owner() {
            if (void *left = failure.load())
                drop(left);
        }
    };
    std::shared_ptr<owner> shared;

public:
    // Without memory for the owner the failure is ended, and bad_alloc takes its place.
    closure_failed(void *failure, void (*drop)(void *)) {
        try {
            shared = std::make_shared<owner>();
        } catch (...) {
            drop(failure);
            throw;
        }
        shared->drop = drop;
        shared->failure.store(failure);
    }
    const char *what() const noexcept override { return "a closure has failed"; }
    // Null for all but the first.
    void *take() const noexcept { return shared->failure.exchange(nullptr); }
};

// The bridge. Copies share the data, the last one drops it; std::shared_ptr drops it at once when there is
// no memory to share it.
term as_function(const ab_closure &closure) {
    std::shared_ptr<void> data(closure.data, closure.drop);
    return [data = std::move(data), call = closure.call, drop = closure.drop_failure](double x) {
        double y;
        if (void *failure = call(data.get(), x, &y))
            throw closure_failed(failure, drop);
        return y;
    };
}

} // namespace

struct ab_terms {
    std::vector<term> terms;
};

extern "C" ab_terms *ab_terms_new() noexcept { return new (std::nothrow) ab_terms; }

extern "C" void ab_terms_free(ab_terms *terms) noexcept { delete terms; }

extern "C" std::int32_t ab_terms_add(ab_terms *terms, ab_closure closure, std::size_t copies) noexcept {
    try {
        const term function = as_function(closure);
        const std::size_t room = terms->terms.max_size() - terms->terms.size();
        if (copies > room)
            return AB_TERMS_NO_MEMORY;
        // All or none: insert leaves the vector as it was when a copy fails at its end.
        std::vector<term> all = terms->terms;
        all.insert(all.end(), copies, function);
        terms->terms.swap(all);
        return AB_TERMS_FINE;
    } catch (...) {
        return AB_TERMS_NO_MEMORY;
    }
}

extern "C" std::int32_t ab_terms_at(const ab_terms *terms, double x, double *sum, void **failure) noexcept {
    try {
        double total = 0;
        for (const term &function : terms->terms)
            total += function(x);
        *sum = total;
        return AB_TERMS_FINE;
    } catch (const closure_failed &failed) {
        void *taken = failed.take();
        if (taken == nullptr)
            return AB_TERMS_FAILED_BEFORE;
        *failure = taken;
        return AB_TERMS_FAILED;
    } catch (const std::bad_alloc &) {
        return AB_TERMS_NO_MEMORY;
    } catch (...) {
        return AB_TERMS_THREW;
    }
}

// Example: what else is done with functions.
#include <cmath>
#include <mutex>
#include <stdexcept>

namespace {

// What the first call came to, a value or an exception, for all that follow. No lock is held while the function
// runs, so that it may come back here; of several that were first together one counts.
class remembered {
    term function;
    double at;
    std::mutex lock;
    bool known = false;
    double value = 0;
    std::exception_ptr thrown;

    bool ask() {
        const std::lock_guard<std::mutex> guard(lock);
        return known;
    }
    void keep(double found, std::exception_ptr failed) {
        const std::lock_guard<std::mutex> guard(lock);
        if (std::exchange(known, true))
            return;
        value = found;
        thrown = std::move(failed);
    }

public:
    remembered(term function, double at) : function(std::move(function)), at(at) {}

    double get() {
        if (!ask()) {
            try {
                keep(function(at), nullptr);
            } catch (...) {
                keep(0, std::current_exception());
            }
        }
        // Nothing changes once it is known.
        if (thrown != nullptr)
            std::rethrow_exception(thrown);
        return value;
    }
};

} // namespace

extern "C" std::int32_t ab_terms_add_root(ab_terms *terms) noexcept {
    try {
        terms->terms.emplace_back([](double x) {
            if (x < 0)
                throw std::domain_error("the root of a negative number");
            return std::sqrt(x);
        });
        return AB_TERMS_FINE;
    } catch (...) {
        return AB_TERMS_NO_MEMORY;
    }
}

extern "C" std::int32_t ab_terms_add_tried(ab_terms *terms, ab_closure closure, double otherwise) noexcept {
    try {
        terms->terms.emplace_back([function = as_function(closure), otherwise](double x) {
            try {
                return function(x);
            } catch (...) {
                return otherwise;
            }
        });
        return AB_TERMS_FINE;
    } catch (...) {
        return AB_TERMS_NO_MEMORY;
    }
}

extern "C" std::int32_t ab_terms_add_remembered(ab_terms *terms, ab_closure closure, double at) noexcept {
    try {
        auto one = std::make_shared<remembered>(as_function(closure), at);
        terms->terms.emplace_back([one = std::move(one)](double) { return one->get(); });
        return AB_TERMS_FINE;
    } catch (...) {
        return AB_TERMS_NO_MEMORY;
    }
}

extern "C" std::int32_t ab_terms_remove(ab_terms *terms, std::size_t at) noexcept {
    if (at >= terms->terms.size())
        return 0;
    terms->terms.erase(terms->terms.begin() + static_cast<std::ptrdiff_t>(at));
    return 1;
}
