/* What every header of abreast shares: the symbol prefix ab_, status codes, the chunk of a plan,
 * and one macro that compiles a body once per instruction-set level. */
#ifndef ABREAST_H
#define ABREAST_H

#include <stddef.h>
#include <stdint.h>

/* The bits of a result are part of the contract. build/flags.rs puts the flags that keep them after
 * those of the environment; these lines are for flags that came another way, as from a wrapper around
 * the compiler. A flag that fuses a * b + c leaves no macro: nothing here can see it. */
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) ||     \
    defined(__NO_SIGNED_ZEROS__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ != 0)
#error "abreast: compile without -ffast-math, -Ofast and their parts: they change results"
#endif
/* 0: double is computed as double; 16: so is all but half precision. */
#if defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ != 0 && __FLT_EVAL_METHOD__ != 16
#error "abreast: compile for arithmetic in the type itself (on 32-bit x86: -msse2 -mfpmath=sse)"
#endif
/* Code for AB_LOWEST must run on every CPU, and no level can take in code of a higher one. */
#if defined(__x86_64__) && defined(__AVX__)
#error "abreast: compile for -march=x86-64: the levels above it are attributes of functions"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* What a function that can fail returns. Rust maps every code to an error: src/ffi/status.rs. */
typedef int32_t ab_status;
#define AB_OK 0
#define AB_NO_MEMORY 1

/* An instruction-set level. A level other than AB_LOWEST may be passed only on a CPU that has
 * its instructions; numbers without a meaning fall back to AB_LOWEST. */
typedef int32_t ab_level;
#define AB_LOWEST 0 /* what every CPU of this architecture has (SSE2, NEON) */
#define AB_V3 3       /* x86-64-v3: AVX2 and FMA */
#define AB_V4 4       /* x86-64-v4: AVX-512 */

/* Rows row .. row + rows and columns col .. col + cols of a plan; see Chunk in src/plan.rs. */
typedef struct ab_chunk {
    uint64_t index;
    uint64_t row;
    uint64_t rows;
    uint64_t col;
    uint64_t cols;
} ab_chunk;

#ifdef __cplusplus
}
#endif

/* A body: no code of its own, inlined into one function per level. */
#define AB_BODY static inline __attribute__((always_inline))

/* Makes the integer variable x one whose value no compiler knows, at no cost: no instruction, no trip
 * through memory. A loop that counts with it must be run to learn how often it runs, so it cannot be
 * replaced by the closed form of what it computes. */
#define AB_KEEP(x) __asm__ volatile("" : "+r"(x))

/* AB_AT_LEVELS(type, name, (parameters), (arguments)) defines
 *
 *     type name(ab_level level, parameters)
 *
 * which calls name_body(arguments), compiled for that level. Attributes on functions rather than
 * flags on files: no inline function compiled for AVX-512 can then end up in code that runs on
 * every CPU. AB_AT_LEVELS_TOLD passes the body one more argument, the level: a constant, by which
 * the body can fit its registers and, with AB_HAS_FMA(level), choose a fused multiply-add. */
#define AB_AT_LEVELS(type, name, parameters, arguments)                                            \
    AB_INSTANCES_(AB_PLAIN_, type, name, parameters, arguments)
#define AB_AT_LEVELS_TOLD(type, name, parameters, arguments)                                       \
    AB_INSTANCES_(AB_TOLD_, type, name, parameters, arguments)

#define AB_UNWRAP(...) __VA_ARGS__
#define AB_PLAIN_(level, ...) (__VA_ARGS__)
#define AB_TOLD_(level, ...) (__VA_ARGS__, level)

#if defined(__x86_64__)

#define AB_HAS_FMA(level) ((level) != AB_LOWEST)

#define AB_TARGET_V3 __attribute__((target("arch=x86-64-v3")))
#if defined(__clang__)
#define AB_TARGET_V4 __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
#else
#define AB_TARGET_V4 __attribute__((target("arch=x86-64-v4,prefer-vector-width=512")))
#endif

#define AB_INSTANCES_(PASS, type, name, parameters, arguments)                                     \
    AB_TARGET_V4 static type name##_v4 parameters                                                  \
    {                                                                                              \
        return name##_body PASS(AB_V4, AB_UNWRAP arguments);                                       \
    }                                                                                              \
    AB_TARGET_V3 static type name##_v3 parameters                                                  \
    {                                                                                              \
        return name##_body PASS(AB_V3, AB_UNWRAP arguments);                                       \
    }                                                                                              \
    static type name##_base parameters                                                             \
    {                                                                                              \
        return name##_body PASS(AB_LOWEST, AB_UNWRAP arguments);                                 \
    }                                                                                              \
    type name(ab_level ab_at_level, AB_UNWRAP parameters)                                          \
    {                                                                                              \
        switch (ab_at_level) {                                                                     \
        case AB_V4:                                                                                \
            return name##_v4 arguments;                                                            \
        case AB_V3:                                                                                \
            return name##_v3 arguments;                                                            \
        default:                                                                                   \
            return name##_base arguments;                                                          \
        }                                                                                          \
    }

#else /* one level: the architecture's own */

#if defined(__aarch64__)
#define AB_HAS_FMA(level) 1
#else
#define AB_HAS_FMA(level) 0
#endif

#define AB_INSTANCES_(PASS, type, name, parameters, arguments)                                     \
    type name(ab_level ab_at_level, AB_UNWRAP parameters)                                          \
    {                                                                                              \
        (void)ab_at_level;                                                                         \
        return name##_body PASS(AB_LOWEST, AB_UNWRAP arguments);                                 \
    }

#endif

#endif
