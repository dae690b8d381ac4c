// Counterexample: the other one.
#define AB_COMPILED_FOR 1
#include "wrong.hpp"

extern "C" std::int32_t ab_levels_wrong_wide() noexcept
{
    return ab_levels_wrong_helper();
}
