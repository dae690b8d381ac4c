/* abreast: numeric kernels that give the same bits from every variant, at every instruction-set
 * level, on any number of threads. C11 and C++17. Made from the sources of capi/ by cbindgen: do not
 * edit.
 *
 * Ownership. Arrays and scalars are the caller's; no pointer is kept after a call returns. Texts that
 * are returned are the library's and live as long as it. A handle (abreast_pool, abreast_sample) is
 * the caller's to free, once; one that is freed, of another kind or made up is refused.
 *
 * Pointers. An array may be null when it has no elements. Options may be null. Nothing else may,
 * unless its function says so. Every pointer must be aligned for its type. A name (of a kernel, of a
 * variant) ends with a zero byte and is valid during the call only: nothing of it is kept. It is read
 * up to that byte, and never further than 256 bytes: without an end it is refused (ABREAST_UNKNOWN).
 *
 * Versions. A struct that begins with its size may be of an older header with the same ABREAST_ABI, from
 * before some member was there: what is missing is as in ABREAST_OPTIONS, or 0. A struct of a newer
 * header, and a size that ends within a member, is refused (ABREAST_ABI_MISMATCH).
 *
 * Failure. A function that can fail returns ABREAST_OK or says why not, and abreast_last_error has
 * the words. All that can be checked is checked before anything is written, so after a failure
 * every output is as it was. Only what axpy and gemm update in place may have been updated in part,
 * and only after ABREAST_NO_MEMORY, ABREAST_C_STATUS, ABREAST_EXCEPTION or ABREAST_PANIC.
 * For the pointers of any call: ABREAST_NULL, ABREAST_MISALIGNED, ABREAST_TOO_LARGE and
 * ABREAST_OVERLAP; for its options: ABREAST_ABI_MISMATCH, ABREAST_UNKNOWN, ABREAST_TEXT,
 * ABREAST_LEVEL and ABREAST_HANDLE; for its numbers: ABREAST_ARGUMENT. Anything may be
 * ABREAST_NO_MEMORY.
 *
 * Floating-point environment. Every function computes as a program starts: rounding to nearest, with
 * subnormal numbers, no exception traps. So neither the modes of the calling thread nor those of the
 * thread that made a pool show in a result. On return these modes are as they were, on every way out.
 * Of the exception flags FE_INVALID, FE_DIVBYZERO and FE_OVERFLOW are as they were too, with a pool or
 * without: whether a result overflowed is seen in the result. FE_INEXACT, FE_UNDERFLOW and the
 * denormal-operand flag may have been raised. This holds on x86 and 64-bit ARM.
 *
 * Threads. Any function, from any number of threads at once, with the same handles too. What one
 * call writes, no other thread may read or write meanwhile.
 *
 * fork. A child may call every function, whatever other threads did at the fork. A pool that the
 * parent made has no threads in the child: a call that would run on it fails with ABREAST_FORKED and
 * does nothing, abreast_pool_width and abreast_pool_free work, and the parent's pool stays as it is.
 * Make a pool of the child's own. A process made by a bare clone system call, which runs no
 * pthread_atfork handlers, must not use a pool of its parent's at all.
 *
 * dlclose. The shared library stays in the process once it is loaded (it is linked with -z nodelete),
 * so its threads never lose their code. A shared object that the static library is linked into must
 * not be unloaded once it has made a pool, unless it is linked so as well. */

#ifndef ABREAST_CAPI_H
#define ABREAST_CAPI_H

#include <stddef.h>
#include <stdint.h>

#define ABREAST_ABI 2 /* This binary interface; a new number means: compile again. */

/* What a function returns: ABREAST_OK, or why nothing was computed. Numbers keep their meaning
 * for as long as ABREAST_ABI stays the same; new ones may be added. */
typedef int32_t abreast_status;

/* Threads that wait for work. Made by abreast_pool_new or abreast_pool_per_core, ended by
 * abreast_pool_free; copies are the same pool. {0} is no pool. In a child of fork it can only be
 * freed: what would run on it fails with ABREAST_FORKED. */
typedef struct abreast_pool {
    /* The library's own. */
    uint64_t id;
} abreast_pool;

/* An instruction-set level. All give the same bits, except that gemm has two sets: with a fused
 * multiply-add, and without (ABREAST_LEVEL_V1). */
typedef int32_t abreast_level;

/* How a kernel is called. Wherever a pointer to it is asked for, null means: the default variant at
 * the best level, on the calling thread. ABREAST_OPTIONS in an initialiser means the same. */
typedef struct abreast_options {
    /* sizeof(abreast_options). A smaller one is an older header's, from before some member was there:
     * what is missing is as in ABREAST_OPTIONS. */
    size_t size;
    /* Which variant, by name, "rust"; null is the kernel's default. abreast_variant_name lists the
     * names. The text ends with a zero byte, is read during the call only, and no pointer to it is
     * kept. All variants give the same bits. */
    const char *variant;
    /* Which level. */
    abreast_level level;
    /* Where: {0} is the calling thread. */
    struct abreast_pool pool;
} abreast_options;

/* Which way the elements of a matrix follow each other. CBLAS's numbers. */
typedef int32_t abreast_layout;

/* Whether a matrix is used as it is stored. CBLAS's numbers. */
typedef int32_t abreast_transpose;

/* A view of the complex plane. Pixel (i, j), column i and row j, is the point center +
 * ((i - width / 2) + (j - height / 2) i) * pitch with halves of integers and
 * pitch = max(extent_re / width, extent_im / height). */
typedef struct abreast_view {
    /* sizeof(abreast_view). A smaller one is an older header's, from before some member was there:
     * what is missing is 0. */
    size_t size;
    /* The point in the middle. */
    double center_re;
    /* Its imaginary part. */
    double center_im;
    /* How much of the plane is in the picture, across. */
    double extent_re;
    /* And down. */
    double extent_im;
    /* The constant of a Julia set. */
    double c_re;
    /* Its imaginary part. */
    double c_im;
    /* Pixels across. */
    uint64_t width;
    /* Pixels down. */
    uint64_t height;
    /* The most updates that a pixel makes, below 2^32. */
    uint64_t max_iter;
    /* 1 for the Julia set of c, 0 for Mandelbrot, which leaves c alone. */
    int32_t julia;
} abreast_view;

/* A problem of some kernel with operands of its own. Made by abreast_sample_new, ended by
 * abreast_sample_free; copies are the same problem. {0} is none. */
typedef struct abreast_sample {
    /* The library's own. */
    uint64_t id;
} abreast_sample;

#define ABREAST_OK 0 /* Everything went well. */
#define ABREAST_ARGUMENT 1 /* An argument breaks a rule of its kernel. */
#define ABREAST_LENGTH 2 /* Two operands whose lengths must agree do not. */
#define ABREAST_UNKNOWN 3 /* A name or a number that nothing answers to: a kernel, a variant, a level, a layout. */
#define ABREAST_LEVEL 4 /* An instruction-set level that this CPU does not have. */
#define ABREAST_UNOPTIMISED 5 /* A build whose times would mean nothing. */
#define ABREAST_NO_MEMORY 6 /* Memory could not be had. */
#define ABREAST_C_STATUS 7 /* A function in C returned a status that is not success. */
#define ABREAST_EXCEPTION 8 /* A function in C++ threw. */
#define ABREAST_NODE 9 /* A node of a graph returned an error. */

#define ABREAST_LOST 20 /* A task killed its worker, every time it was tried. */
#define ABREAST_DEADLINE 21 /* A task did not end in the time it had. */
#define ABREAST_NOT_SHIPPABLE 22 /* A task cannot be sent to another process. */
#define ABREAST_NESTED 23 /* An executor was asked to block where that would lock up. */
#define ABREAST_MISMATCH 24 /* A worker process is not of the same program as its parent. */
#define ABREAST_NO_WORKER_ENTRY 25 /* The program that was started as a worker did not answer as one. */
#define ABREAST_IO 26 /* The operating system refused something. */
#define ABREAST_CANCELLED 27 /* The run was cancelled. */
#define ABREAST_FORKED 28 /* A pool was used in a process forked from the one that it was made in. */

#define ABREAST_PANIC 40 /* Rust panicked: a bug of the library, caught before it could cross into C. */
#define ABREAST_NULL 41 /* A pointer is null where something must be read or written. */
#define ABREAST_MISALIGNED 42 /* A pointer is not aligned for what it points to. */
#define ABREAST_TOO_LARGE 43 /* A size in bytes is more than an object can have. */
#define ABREAST_OVERLAP 44 /* What is written overlaps what is read. */
#define ABREAST_ABI_MISMATCH 45 /* Header and library do not fit each other. */
#define ABREAST_TEXT 46 /* A text is not UTF-8. */
#define ABREAST_HANDLE 47 /* A handle is of nothing that lives: freed, of another kind, or never made. */
#define ABREAST_OTHER 48 /* A failure that this version of the C API has no number for. */

#define ABREAST_LEVEL_BEST 0 /* The best this CPU has, or what the environment variable ABREAST_ISA names. */
#define ABREAST_LEVEL_V1 1 /* What every x86-64 CPU has: SSE2. */
#define ABREAST_LEVEL_V3 2 /* x86-64-v3: AVX2 and FMA. */
#define ABREAST_LEVEL_V4 3 /* x86-64-v4: AVX-512. */
#define ABREAST_LEVEL_NEON 4 /* The vector unit of every 64-bit ARM. */

#define ABREAST_ROW_MAJOR 101 /* Row after row; a leading dimension is the distance between rows. */
#define ABREAST_COL_MAJOR 102 /* Column after column; a leading dimension is the distance between columns. */

#define ABREAST_NO_TRANS 111 /* op(X) = X. */
#define ABREAST_TRANS 112 /* op(X) = X transposed. */

#ifdef __cplusplus
extern "C" {
#endif /* __cplusplus */

/* The name of a status, "ABREAST_LENGTH", or null for a number that is none. The text is the
 * library's and lives as long as it: do not free it. */
const char *abreast_status_name(abreast_status status);

/* The version of the library, "0.1.0". The text is the library's: do not free it. */
const char *abreast_version(void);

/* Whether a program's header fits this library: write ABREAST_CHECK_ABI(), which passes what the
 * header says. A header from before some member of a struct was there fits as well. Fails with
 * ABREAST_ABI_MISMATCH. */
abreast_status abreast_check_abi(uint32_t abi, size_t size_of_options, size_t size_of_view);

/* What the last call that failed on this thread said, in UTF-8.
 *
 * Writes at most capacity bytes to buffer, the last one 0: a text that does not fit is cut
 * where a character ends. *needed becomes the capacity that holds all of it; needed may be
 * null, and so may buffer when capacity is 0. A call that succeeds leaves the text as it is,
 * so ask only after one that did not. Fails with ABREAST_NULL, ABREAST_MISALIGNED or
 * ABREAST_TOO_LARGE, and keeps the text even then. */
abreast_status abreast_last_error(char *buffer, size_t capacity, size_t *needed);

/* Makes a pool of so many threads, between 1 and 4096. *pool is the caller's to free.
 *
 * Fails with ABREAST_NULL or ABREAST_MISALIGNED for pool, and with ABREAST_ARGUMENT for a
 * number that is out of range or that the system does not grant. */
abreast_status abreast_pool_new(uint32_t threads, struct abreast_pool *pool);

/* As abreast_pool_new, with one thread for each core that the process may use. */
abreast_status abreast_pool_per_core(struct abreast_pool *pool);

/* How many threads the pool has. Fails with ABREAST_HANDLE, and with ABREAST_NULL or
 * ABREAST_MISALIGNED for threads. */
abreast_status abreast_pool_width(struct abreast_pool pool, uint32_t *threads);

/* Ends the pool. Calls that are running on it go on undisturbed, and its threads end with the last
 * of them; {0} is left alone, as free does with null. Fails with ABREAST_HANDLE when it has
 * been freed already. */
abreast_status abreast_pool_free(struct abreast_pool pool);

/* *sum <- the sum of i, 0 <= i < n, every i visited. n is between 0 and 2^32. */
abreast_status abreast_range_sum(int64_t n, int64_t *sum, const struct abreast_options *options);

/* sums[k] <- the sum of i, 0 <= i < limits[k], for k < n. Each limit is between 0 and 2^32.
 * limits and sums have n elements each and do not overlap. */
abreast_status abreast_range_sums(size_t n,
                                  const int64_t *limits,
                                  int64_t *sums,
                                  const struct abreast_options *options);

/* *sum <- the sum of i, 0 <= i < n, i % 3 == 0, every i visited. n is between 0 and
 * 7439101575, beyond which the sum does not fit 64 bits. */
abreast_status abreast_conditional_range_sum(int64_t n,
                                             int64_t *sum,
                                             const struct abreast_options *options);

/* *sum <- the sum of the doubles 0, 1, .., n - 1, which are made on the way. n is at most 2^53. */
abreast_status abreast_sum_arange(uint64_t n, double *sum, const struct abreast_options *options);

/* *result <- the sum of x[i], i < n, in the library's fixed order. The empty sum is 0. */
abreast_status abreast_dsum(size_t n,
                            const double *x,
                            double *result,
                            const struct abreast_options *options);

/* As abreast_dsum, over floats. */
abreast_status abreast_ssum(size_t n,
                            const float *x,
                            float *result,
                            const struct abreast_options *options);

/* *result <- the sum of x[i] * y[i], i < n, in the library's fixed order. x and y may overlap.
 * The empty product is 0. */
abreast_status abreast_ddot(size_t n,
                            const double *x,
                            const double *y,
                            double *result,
                            const struct abreast_options *options);

/* As abreast_ddot, over floats. */
abreast_status abreast_sdot(size_t n,
                            const float *x,
                            const float *y,
                            float *result,
                            const struct abreast_options *options);

/* y[i] <- alpha * x[i] + y[i], i < n: the product rounded, then the sum. x and y do not
 * overlap. */
abreast_status abreast_daxpy(size_t n,
                             double alpha,
                             const double *x,
                             double *y,
                             const struct abreast_options *options);

/* As abreast_daxpy, over floats. */
abreast_status abreast_saxpy(size_t n,
                             float alpha,
                             const float *x,
                             float *y,
                             const struct abreast_options *options);

/* *elements <- how many elements a chunk of that kernel has, the last one aside, for every n: "sum",
 * "sum_f32", "dot" or "dot_f32". The name ends with a zero byte and is read during the call only.
 *
 * Chunks begin at multiples of it. So whoever cuts x there, and only there, gets by
 * abreast_dsum_parts and the like the same parts from the pieces as from the whole, and by
 * abreast_dfold from the parts, in their order, the result that abreast_dsum has, wherever the pieces are.
 *
 * Fails with ABREAST_NULL, ABREAST_MISALIGNED or ABREAST_TEXT for the pointers, and with
 * ABREAST_UNKNOWN for any other name. */
abreast_status abreast_chunk(const char *kernel,
                             size_t *elements);

/* parts[j] <- the sum of chunk j of x, in the library's fixed order; see abreast_chunk. x has n
 * elements, and parts has count, one for each chunk, and does not overlap x.
 *
 * Fails with ABREAST_ARGUMENT for another count, and with ABREAST_NO_MEMORY. */
abreast_status abreast_dsum_parts(size_t n,
                                  const double *x,
                                  size_t count,
                                  double *parts,
                                  const struct abreast_options *options);

/* As abreast_dsum_parts, over floats. */
abreast_status abreast_ssum_parts(size_t n,
                                  const float *x,
                                  size_t count,
                                  float *parts,
                                  const struct abreast_options *options);

/* parts[j] <- the sum of x[i] * y[i] over chunk j, in the library's fixed order; see abreast_chunk.
 * x and y have n elements each and may overlap; parts has count, one for each chunk, and overlaps
 * neither.
 *
 * Fails with ABREAST_ARGUMENT for another count, and with ABREAST_NO_MEMORY. */
abreast_status abreast_ddot_parts(size_t n,
                                  const double *x,
                                  const double *y,
                                  size_t count,
                                  double *parts,
                                  const struct abreast_options *options);

/* As abreast_ddot_parts, over floats. */
abreast_status abreast_sdot_parts(size_t n,
                                  const float *x,
                                  const float *y,
                                  size_t count,
                                  float *parts,
                                  const struct abreast_options *options);

/* *result <- what abreast_dsum and abreast_ddot make of their parts: added by one fixed tree, whatever
 * made them. parts has count elements in the order of the chunks; the fold of none is 0. */
abreast_status abreast_dfold(size_t count,
                             const double *parts,
                             double *result);

/* As abreast_dfold, over floats. */
abreast_status abreast_sfold(size_t count, const float *parts, float *result);

/* C <- alpha op(A) op(B) + beta C, with op(A) of m x k, op(B) of k x n and C of m x n.
 *
 * As in BLAS, C is not read when beta is 0, and A and B are not when alpha is 0. lda, ldb
 * and ldc are at least as long as a stored row (column, when column-major) and at least 1; what
 * lies between the rows is neither read nor written. From its first element to its last, C must
 * not overlap A or B. A C without such gaps is updated where it is, any other through a copy.
 *
 * Fails with ABREAST_UNKNOWN for layout, transa or transb, with ABREAST_ARGUMENT for a
 * leading dimension that is too small, with ABREAST_TOO_LARGE for a matrix that no memory holds
 * and with ABREAST_NO_MEMORY when there is no room to work. */
abreast_status abreast_dgemm(abreast_layout layout,
                             abreast_transpose transa,
                             abreast_transpose transb,
                             size_t m,
                             size_t n,
                             size_t k,
                             double alpha,
                             const double *a,
                             size_t lda,
                             const double *b,
                             size_t ldb,
                             double beta,
                             double *c,
                             size_t ldc,
                             const struct abreast_options *options);

/* As abreast_dgemm, over floats. */
abreast_status abreast_sgemm(abreast_layout layout,
                             abreast_transpose transa,
                             abreast_transpose transb,
                             size_t m,
                             size_t n,
                             size_t k,
                             float alpha,
                             const float *a,
                             size_t lda,
                             const float *b,
                             size_t ldb,
                             float beta,
                             float *c,
                             size_t ldc,
                             const struct abreast_options *options);

/* *hits <- how many of the first n points of stream seed, uniform in the unit square, lie in
 * the quarter circle: 4 hits / n is an estimate of pi. n is below 2^63. */
abreast_status abreast_pi_hits(uint64_t n,
                               uint64_t seed,
                               uint64_t *hits,
                               const struct abreast_options *options);

/* As abreast_pi_hits, among the points first, .., first + n - 1 of that stream: the hits of pieces add up to
 * those of the whole. first + n is below 2^63. */
abreast_status abreast_pi_hits_range(uint64_t first,
                                     uint64_t n,
                                     uint64_t seed,
                                     uint64_t *hits,
                                     const struct abreast_options *options);

/* counts[j * width + i] <- how many updates z <- z^2 + c pixel (i, j) makes until |z| > 2, at most
 * max_iter. counts has n = width * height elements, and does not overlap view.
 *
 * Fails with ABREAST_ABI_MISMATCH for a view->size that is larger than this library's or cuts a
 * member, ABREAST_UNKNOWN for a julia that is neither 0 nor 1, ABREAST_ARGUMENT for numbers that make
 * no picture or another n. */
abreast_status abreast_escape(const struct abreast_view *view,
                              size_t n,
                              uint32_t *counts,
                              const struct abreast_options *options);

/* counts[j * width + i] <- what abreast_escape gives for pixel (i, first + j), for j < rows: some rows of the
 * picture, for whoever makes the others elsewhere. counts has n = width * rows elements, and does not
 * overlap view.
 *
 * Fails as abreast_escape does, and with ABREAST_ARGUMENT for rows that the picture has not. */
abreast_status abreast_escape_rows(const struct abreast_view *view,
                                   uint64_t first,
                                   uint64_t rows,
                                   size_t n,
                                   uint32_t *counts,
                                   const struct abreast_options *options);

/* The name of kernel number index, "dot", or null when there are not so many: count from 0
 * until then. The text is the library's and lives as long as it: do not free it. */
const char *abreast_kernel_name(size_t index);

/* *count <- how many variants the kernel of that name has, at least 1. The name ends with a zero
 * byte and is read during the call only.
 *
 * Fails with ABREAST_NULL, ABREAST_MISALIGNED or ABREAST_TEXT for the pointers, and with
 * ABREAST_UNKNOWN for a name that no kernel has. */
abreast_status abreast_variant_count(const char *kernel, size_t *count);

/* *name <- the name of variant number index of the kernel of that name, "rust": what
 * abreast_options.variant takes. The text is the library's and lives as long as it: do not free
 * it.
 *
 * Fails as abreast_variant_count does, and with ABREAST_ARGUMENT for an index that is not
 * below that count. */
abreast_status abreast_variant_name(const char *kernel, size_t index, const char **name);

/* x[i] <- number i in [-1, 1) of stream seed, i < n: the operands of the kernels' samples, the same on
 * every machine. dot and axpy take y from stream ~seed, where their x is from seed.
 *
 * Fails with ABREAST_NO_MEMORY. */
abreast_status abreast_duniform(size_t n,
                                uint64_t seed,
                                double *x);

/* As abreast_duniform, over floats. */
abreast_status abreast_suniform(size_t n, uint64_t seed, float *x);

/* *hash <- the 64-bit FNV-1a hash of n bytes: what abreast_sample_run gives for a result of these
 * bytes. */
abreast_status abreast_hash(size_t n,
                            const void *bytes,
                            uint64_t *hash);

/* Makes a problem of size n, in the kernel's own sense, for the kernel of that name, with operands
 * from seed: the same on every machine. *sample is the caller's to free; the name ends with a zero
 * byte and is read during the call only.
 *
 * Fails with ABREAST_NULL, ABREAST_MISALIGNED or ABREAST_TEXT for the pointers,
 * ABREAST_UNKNOWN for a name that no kernel has, ABREAST_ARGUMENT or ABREAST_NO_MEMORY for
 * an n that the kernel cannot have. */
abreast_status abreast_sample_new(const char *kernel,
                                  int64_t n,
                                  uint64_t seed,
                                  struct abreast_sample *sample);

/* Runs the problem and gives the 64-bit FNV-1a hash of the result's bytes: the same for every
 * variant, level (see abreast_level) and pool. Any number of threads may do so at once.
 *
 * Fails with ABREAST_HANDLE, and as every kernel does for options; with ABREAST_NULL or
 * ABREAST_MISALIGNED for hash. */
abreast_status abreast_sample_run(struct abreast_sample sample,
                                  uint64_t *hash,
                                  const struct abreast_options *options);

/* Ends the problem. Runs of it go on undisturbed; {0} is left alone. Fails with
 * ABREAST_HANDLE when it has been freed already. */
abreast_status abreast_sample_free(struct abreast_sample sample);

#ifdef __cplusplus
} /* extern "C" */
#endif /* __cplusplus */

/* The first call of a careful program: whether this header fits the library it runs with. */
#define ABREAST_CHECK_ABI()                                                                        \
    abreast_check_abi(ABREAST_ABI, sizeof(abreast_options), sizeof(abreast_view))

/* An initialiser with the size filled in: abreast_options how = ABREAST_OPTIONS; */
#define ABREAST_OPTIONS {sizeof(abreast_options), NULL, ABREAST_LEVEL_BEST, {0}}

#endif /* ABREAST_CAPI_H */
