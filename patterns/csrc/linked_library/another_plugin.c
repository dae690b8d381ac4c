/* Counterexample: the library a second time, in another library. */
#include "window.c"
