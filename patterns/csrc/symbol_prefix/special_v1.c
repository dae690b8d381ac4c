/* Pattern: a copy with a prefix of its own. */
#define SPECIAL_PREFIX ab_special_v1_
#define SPECIAL_VERSION 1
#include "special.inc"
