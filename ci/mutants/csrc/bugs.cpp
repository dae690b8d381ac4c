/* The bugs that only C++ has. */
#include <cstddef>
#include <vector>

extern "C" {

void bug_wrong_delete(std::size_t n)
{
    double *volatile p = new double[n];
    delete p;
}

/* Inside the capacity of a vector, but beyond its size: nobody's memory yet. */
double bug_beyond_size(std::size_t n)
{
    std::vector<double> x(n);
    double *volatile data = x.data();
    return data[n];
}

int bug_no_return(int k)
{
    struct S {
        static __attribute__((noinline)) int f(int k)
        {
            if (k < 0)
                return 1;
        }
    };
    return S::f(k);
}
}
