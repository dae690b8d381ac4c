// Counterexample: one of two files that compile one inline function differently.
#define AB_COMPILED_FOR 0
#include "wrong.hpp"

extern "C" std::int32_t ab_levels_wrong_baseline() noexcept
{
    return ab_levels_wrong_helper();
}
