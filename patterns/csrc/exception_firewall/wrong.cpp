// Counterexample: what throws without a firewall.
#include "wrong.hpp"

#include "rehearsal.hpp"

void ab_gauss_unguarded(std::int32_t what) {
    ab::firewall::rehearse(what);
}

void ab::firewall::rehearse_by_default(std::int32_t what) {
    rehearse(what);
}
