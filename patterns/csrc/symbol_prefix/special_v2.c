/* Pattern: another copy with another prefix. */
#define SPECIAL_PREFIX ab_special_v2_
#define SPECIAL_VERSION 2
#include "special.inc"
