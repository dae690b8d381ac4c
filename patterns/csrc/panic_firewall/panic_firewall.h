/* Pattern: codes, one of them for a panic, and its text. Here of quantiles, written in Rust, for callers in C. */
#ifndef AB_PANIC_FIREWALL_H
#define AB_PANIC_FIREWALL_H

#include <stddef.h>
#include <stdint.h>

enum {
    AB_QUANTILE_OK = 0,
    AB_QUANTILE_NULL = -1,  /* a pointer is null */
    AB_QUANTILE_SHARE = -2, /* q is not within 0 and 1 */
    AB_QUANTILE_EMPTY = -3, /* n is 0, or more than memory can hold */
    AB_QUANTILE_ALIGN = -4, /* a pointer is not aligned for a double */
    AB_QUANTILE_PANIC = -128 /* a bug in the library: ab_quantile_panic says which */
};

/* Writes what the last AB_QUANTILE_PANIC of this thread was about to the `capacity` bytes at text:
 * terminated, cut where a character begins, a zero inside replaced. Returns the bytes it has in full, without the end; 0 when
 * there was none. Null is fine when capacity is 0. Implemented in panic_firewall.rs. */
size_t ab_quantile_panic(char *text, size_t capacity);

/* Example: puts the q-quantile of data[0..n] into *result, which is untouched on failure. The data are reordered,
 * after a panic too. data and result do not overlap. Any thread. Implemented in panic_firewall.rs. */
int32_t ab_quantile(size_t n, double *data, double q, double *result);

/* A host written in C: `threads` threads (at most 64) that each ask `calls` times for the median of two
 * numbers, the second of which is every other time NaN (which the library does not get on with). Counts
 * the calls that went as the header says. */
int64_t ab_quantile_host(int threads, int calls);

#endif
