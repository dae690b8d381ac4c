// Counterexample: a helper in a header, as C++ has them, that is compiled differently in each file: AB_COMPILED_FOR
// stands for what -mavx2 changes (__AVX2__, and the instructions themselves).
#ifndef AB_LEVELS_WRONG_HPP
#define AB_LEVELS_WRONG_HPP

#include <cstdint>

// Inline, so that every file may have one, all alike: the linker keeps whichever comes first.
// (noinline is what an optimiser decides for larger ones; volatile keeps its callers from knowing what it
// returns, as they would not for larger ones either.)
__attribute__((noinline)) inline std::int32_t ab_levels_wrong_helper()
{
    volatile std::int32_t level = AB_COMPILED_FOR;
    return level;
}

#endif
