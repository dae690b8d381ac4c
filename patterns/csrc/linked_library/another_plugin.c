/* Not to be copied: the library a second time, in another library. */
#include "window.c"
