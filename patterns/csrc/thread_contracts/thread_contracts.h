/* Example: one transform under four thread contracts.
 *
 * The discrete cosine transform, type II, not scaled: out[k] = sum over j of x[j] cos(pi k (2j+1) / 2n).
 * x and out hold n numbers each and do not overlap; n is 1 .. AB_DCT_MOST. All four give the same
 * bits. */
#ifndef AB_THREAD_CONTRACTS_H
#define AB_THREAD_CONTRACTS_H

#include <stddef.h>
#include <stdint.h>

#define AB_DCT_MOST 64

#define AB_DCT_OK 0
#define AB_DCT_SIZE 1         /* n is 0 or too large */
#define AB_DCT_WRONG_THREAD 2 /* not the thread that made the handle; nothing was done */

/* Re-entrant. A plan is written once, before anybody else has it; any number of threads may run it
 * at once. Null: no memory, or no such n. free takes null; nobody may be running. */
typedef struct ab_dct_plan ab_dct_plan;
ab_dct_plan *ab_dct_plan_new(size_t n);
void ab_dct_plan_free(ab_dct_plan *plan);
void ab_dct_plan_run(const ab_dct_plan *plan, const double *x, double *out);

/* Per context. A context keeps the plan of its last size and writes to itself in every call: any
 * thread, one at a time. Null: no memory. free takes null. */
typedef struct ab_dct_context ab_dct_context;
ab_dct_context *ab_dct_context_new(void);
void ab_dct_context_free(ab_dct_context *context);
int32_t ab_dct_context_run(ab_dct_context *context, size_t n, const double *x, double *out);

/* Global. The library has one plan, for everybody. run uses the n of the last call of plan, whoever
 * made it, and must come after one. From plan to the end of run nobody else may call either. */
int32_t ab_dct_global_plan(size_t n);
void ab_dct_global_run(const double *x, double *out);

/* Thread-affine. Only the thread that made the handle may run and free it: others are told
 * AB_DCT_WRONG_THREAD. Null: no memory, or no such n. free does not take null. */
typedef struct ab_dct_affine ab_dct_affine;
ab_dct_affine *ab_dct_affine_new(size_t n);
int32_t ab_dct_affine_free(ab_dct_affine *affine);
int32_t ab_dct_affine_run(ab_dct_affine *affine, const double *x, double *out);

#endif
