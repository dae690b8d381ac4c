/* Example: a function so small that calling it costs more than what it does. */
#ifndef AB_THIN_LTO_H
#define AB_THIN_LTO_H

/* x^3 - 2 x + 1/2, by Horner's rule. No state, any x. */
double ab_cubic(double x);

#endif
