/* Pattern: a library of special functions that two others brought along, each in a version of its own. A copy is
 * chosen by the prefix of all its symbols: SPECIAL_PREFIX, special_ where nobody says otherwise. */
#ifndef SPECIAL_PREFIX
#define SPECIAL_PREFIX special_
#endif

#define SPECIAL_JOIN_(prefix, name) prefix##name
#define SPECIAL_JOIN(prefix, name) SPECIAL_JOIN_(prefix, name)
#define SPECIAL(name) SPECIAL_JOIN(SPECIAL_PREFIX, name)

/* The version of this copy. */
int SPECIAL(version)(void);

/* x to the power of this copy's version: version 1 returns x, version 2 its square. */
double SPECIAL(power)(double x);
