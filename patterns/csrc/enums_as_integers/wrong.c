/* Counterexample: numbers that a Rust enum with the three reasons, or a bool, cannot hold. */
#include <stdint.h>

/* The next release of ab_minimise: it stopped because somebody asked it to, which is reason 3. */
int32_t ab_minimise_next(void)
{
    return 3;
}

/* Does the interval hold a minimum? Old C: anything but 0 is a yes. */
uint8_t ab_brackets(void)
{
    return 2;
}
