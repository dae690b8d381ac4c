// abreast from C++17: every kernel of the library, through the header-only wrapper abreast.hpp.
//
//     capi/install /tmp/abreast
//     export PKG_CONFIG_PATH=/tmp/abreast/lib/pkgconfig LD_LIBRARY_PATH=/tmp/abreast/lib
//     c++ -std=c++17 examples/cpp_client/main.cpp $(pkg-config --cflags --libs abreast) -o cpp_client
//     ./cpp_client
//
// It prints one line per kernel: its name, and a hash of the result's bytes. Each is computed on one
// thread, on a pool and by every variant of the kernel, and through the door by name; all must agree,
// or the exit code is 1. On the way it shows that a status arrives as an exception, and that nothing
// has to be freed by hand.
#include <abreast.hpp>

#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace {

constexpr std::uint64_t SEED = 42;

// 64-bit FNV-1a.
std::uint64_t fnv1a(const void *bytes, std::size_t n)
{
    std::uint64_t hash = 0xcbf29ce484222325;
    for (std::size_t i = 0; i < n; i++)
        hash = (hash ^ static_cast<const unsigned char *>(bytes)[i]) * 0x100000001b3;
    return hash;
}

template <class T> std::uint64_t hash(const std::vector<T> &of)
{
    return fnv1a(of.data(), of.size() * sizeof(T));
}

template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>> std::uint64_t hash(T of)
{
    return fnv1a(&of, sizeof of);
}

// Number i of the stream `seed` of SplitMix64: the library's samples are made of these.
std::uint64_t splitmix64(std::uint64_t seed, std::uint64_t i)
{
    std::uint64_t z = seed + (i + 1) * 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

// n numbers in [-1, 1), with all the random bits that T can hold.
template <class T> std::vector<T> uniform(std::size_t n, std::uint64_t seed)
{
    constexpr int bits = std::is_same_v<T, double> ? 53 : 24;
    std::vector<T> numbers(n);
    for (std::size_t i = 0; i < n; i++) {
        const T unit = static_cast<T>(splitmix64(seed, i) >> (64 - bits)) /
                       static_cast<T>(std::uint64_t{1} << bits);
        numbers[i] = 2 * unit - 1;
    }
    return numbers;
}

using How = const abreast_options &;

std::uint64_t range_sum(std::size_t n, How how)
{
    return hash(abreast::range_sum(static_cast<std::int64_t>(n), how));
}

std::uint64_t conditional_range_sum(std::size_t n, How how)
{
    return hash(abreast::conditional_range_sum(static_cast<std::int64_t>(n), how));
}

std::uint64_t range_sums(std::size_t n, How how)
{
    std::vector<std::int64_t> limits(n);
    for (std::size_t k = 0; k < n; k++)
        limits[k] = static_cast<std::int64_t>(splitmix64(SEED, k) >> 54);
    return hash(abreast::range_sums(limits, how));
}

template <class T> std::uint64_t sum(std::size_t n, How how)
{
    return hash(abreast::sum<T>(uniform<T>(n, SEED), how));
}

template <class T> std::uint64_t dot(std::size_t n, How how)
{
    return hash(abreast::dot<T>(uniform<T>(n, SEED), uniform<T>(n, ~SEED), how));
}

template <class T> std::uint64_t axpy(std::size_t n, How how)
{
    std::vector<T> y = uniform<T>(n, ~SEED);
    abreast::axpy<T>(static_cast<T>(2.718281828459045), uniform<T>(n, SEED), y, how);
    return hash(y);
}

template <class T> std::uint64_t gemm(std::size_t n, How how)
{
    const std::vector<T> a = uniform<T>(n * n, SEED), b = uniform<T>(n * n, ~SEED);
    std::vector<T> c = uniform<T>(n * n, SEED ^ 0x5eed);
    abreast::gemm<T>(static_cast<T>(0.75), {a, n, n}, {b, n, n}, static_cast<T>(-0.5), {c, n, n}, how);
    return hash(c);
}

// A square of n pixels on the edge of the Mandelbrot set.
std::uint64_t escape(std::size_t n, How how)
{
    std::uint64_t side = 0;
    while ((side + 1) * (side + 1) <= n)
        side++;
    abreast_view view{};
    view.center_re = -1.1195;
    view.center_im = 0.2718;
    view.extent_re = view.extent_im = 0.005;
    view.width = view.height = side;
    view.max_iter = 256;
    return hash(abreast::escape(view, how));
}

struct Row {
    std::string name;
    std::size_t n;
    std::function<std::uint64_t(std::size_t, How)> hash;
};

const std::vector<Row> KERNELS{
    {"range_sum", 1000003, range_sum},
    {"range_sums", 1000, range_sums},
    {"conditional_range_sum", 1000003, conditional_range_sum},
    {"sum", 100003, sum<double>},
    {"sum_f32", 100003, sum<float>},
    {"sum_arange", 1000003, [](auto n, How how) { return hash(abreast::sum_arange(n, how)); }},
    {"dot", 100003, dot<double>},
    {"dot_f32", 100003, dot<float>},
    {"axpy", 100003, axpy<double>},
    {"axpy_f32", 100003, axpy<float>},
    {"gemm", 300, gemm<double>},
    {"gemm_f32", 300, gemm<float>},
    {"pi", 1000003, [](auto n, How how) { return hash(abreast::pi_hits(n, SEED, how)); }},
    {"escape", 16384, escape},
};

// Statuses arrive as exceptions: of this library's own type, and of the standard's where it has one.
bool exceptions_are_rebuilt()
{
    bool by_type = false, by_standard = false;
    try {
        abreast::range_sum(-1);
    } catch (const abreast::error &refusal) {
        by_type = refusal.status() == ABREAST_ARGUMENT &&
                  std::string(refusal.what()).find("n = -1: must be between 0 and") == 0;
    }
    try {
        abreast::pool none(0);
    } catch (const std::invalid_argument &) {
        by_standard = true;
    }
    return by_type && by_standard;
}

} // namespace

int main()
{
    abreast::check_abi();
    abreast::pool two(2);
    abreast::pool pool = std::move(two); // one owner, and nothing to free
    bool agree = exceptions_are_rebuilt();
    for (const Row &row : KERNELS) {
        const std::uint64_t hash = row.hash(row.n, abreast::options());
        std::printf("%s %016llx\n", row.name.c_str(), static_cast<unsigned long long>(hash));
        const abreast::sample sample(row.name, static_cast<std::int64_t>(row.n), SEED);
        if (row.hash(row.n, abreast::on(pool)) != hash || sample.run(abreast::on(pool)) != hash) {
            std::fprintf(stderr, "%s differs\n", row.name.c_str());
            agree = false;
        }
        for (const char *variant : abreast::variants(row.name)) {
            if (row.hash(row.n, abreast::options(variant)) != hash) {
                std::fprintf(stderr, "%s differs in its variant %s\n", row.name.c_str(), variant);
                agree = false;
            }
        }
    }
    return agree ? 0 : 1;
}
