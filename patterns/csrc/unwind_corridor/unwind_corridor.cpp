// Pattern: frames that undo their work when something unwinds through them. The sweep and its counter are the example;
// they are not marked apart, since they are what is undone.
#include "unwind_corridor.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>

namespace {

std::atomic<std::int64_t> undone{0};

// What x was. Allocates without throwing: an exception of C++'s own must not reach Rust.
struct Backup {
    std::unique_ptr<double[]> values;

    Backup(std::size_t n, const double *x) noexcept : values(new (std::nothrow) double[n]) {
        if (values)
            std::copy(x, x + n, values.get());
    }

    void restore(std::size_t n, double *x) const noexcept {
        std::copy(values.get(), values.get() + n, x);
        undone.fetch_add(1, std::memory_order_relaxed);
    }
};

// Restores unless told that all went well. Does not care what is unwinding.
class Transaction {
  public:
    Transaction(std::size_t n, double *x) noexcept : n(n), x(x), backup(n, x) {}
    Transaction(const Transaction &) = delete;
    Transaction &operator=(const Transaction &) = delete;
    ~Transaction() {
        if (!committed && begun())
            backup.restore(n, x);
    }

    bool begun() const noexcept { return backup.values != nullptr; }
    void commit() noexcept { committed = true; }

  private:
    std::size_t n;
    double *x;
    Backup backup;
    bool committed = false;
};

} // namespace

std::int32_t ab_sweep(std::size_t n, double *x, ab_sweep_fn f, void *user) {
    Transaction transaction(n, x);
    if (!transaction.begun())
        return -1;
    for (std::size_t i = 0; i < n; i++)
        x[i] = f(user, x[i]);
    transaction.commit();
    return 0;
}

std::int32_t ab_sweep_rethrowing(std::size_t n, double *x, ab_sweep_fn f, void *user) {
    const Backup backup(n, x);
    if (!backup.values)
        return -1;
    try {
        for (std::size_t i = 0; i < n; i++)
            x[i] = f(user, x[i]);
    } catch (...) {
        backup.restore(n, x);
        throw; // never without: a panic that is kept here aborts
    }
    return 0;
}

std::int64_t ab_sweep_undone(void) noexcept {
    return undone.load(std::memory_order_relaxed);
}
