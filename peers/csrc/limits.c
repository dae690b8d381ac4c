/* The operations of a kernel with nothing to wait for: every instruction reads registers that none writes. So many
 * a CPU can do, and no more. Nothing is computed. */
#include <stdint.h>

#define ADD(to) "vpaddq %%zmm16, %%zmm17, %%zmm" #to "\n\t"
#define FOUR_ADDS(a, b, c, d) ADD(a) ADD(b) ADD(c) ADD(d)

#define WRITTEN                                                                                          \
    "zmm0", "zmm1", "zmm2", "zmm3", "zmm4", "zmm5", "zmm6", "zmm7", "zmm8", "zmm9", "zmm10", "zmm11",    \
        "zmm12", "zmm13", "zmm14", "zmm15", "k1", "k2"

/* Sums of ranges: for each vector of eight indices one addition that steps them and one that adds them. */
__attribute__((target("avx512f,avx512dq"))) void peers_limit_sums(uint64_t n)
{
    for (uint64_t i = 0; i < n; i += 64)
        __asm__ volatile(FOUR_ADDS(0, 1, 2, 3) FOUR_ADDS(4, 5, 6, 7) FOUR_ADDS(8, 9, 10, 11)
                             FOUR_ADDS(12, 13, 14, 15)::: WRITTEN);
}

/* pi: for each vector of eight points the step of the state, two rounds of shift, exclusive or and multiplication, a
 * last shift and exclusive or, the upper halves, two squares, their sum, its comparison and the count. */
__attribute__((target("avx512f,avx512dq"))) void peers_limit_points(uint64_t n)
{
    for (uint64_t i = 0; i < n; i += 8)
        __asm__ volatile("vpaddq %%zmm16, %%zmm17, %%zmm0\n\t"
                         "vpsrlq $30, %%zmm16, %%zmm1\n\t"
                         "vpxorq %%zmm16, %%zmm17, %%zmm2\n\t"
                         "vpmullq %%zmm16, %%zmm17, %%zmm3\n\t"
                         "vpsrlq $27, %%zmm16, %%zmm4\n\t"
                         "vpxorq %%zmm16, %%zmm17, %%zmm5\n\t"
                         "vpmullq %%zmm16, %%zmm17, %%zmm6\n\t"
                         "vpsrlq $31, %%zmm16, %%zmm7\n\t"
                         "vpxorq %%zmm16, %%zmm17, %%zmm8\n\t"
                         "vpsrlq $32, %%zmm16, %%zmm9\n\t"
                         "vpmuludq %%zmm16, %%zmm17, %%zmm10\n\t"
                         "vpmuludq %%zmm16, %%zmm17, %%zmm11\n\t"
                         "vpaddq %%zmm16, %%zmm17, %%zmm12\n\t"
                         "vpcmpltuq %%zmm16, %%zmm17, %%k1\n\t"
                         "vpsubq %%zmm16, %%zmm17, %%zmm13\n\t" ::: WRITTEN);
}
