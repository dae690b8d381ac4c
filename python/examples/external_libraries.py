"""The same sums through numpy, numba, and C, C++ and Rust behind ctypes; twenty calls on two threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from _shared import in_turns, numba_or_none, same, size

import abreast

N = size(10_000_000, 100_000)


def by_numba(numba):
    @numba.njit(nogil=True)
    def total(n):
        sum = 0
        for i in range(n):
            sum += i
        return sum

    return lambda: total(N)


ways = {"Python": lambda: sum(range(N)), "numpy": lambda: int(np.arange(N).sum())}
if numba := numba_or_none():
    ways["numba (has found the formula)"] = by_numba(numba)
for variant in abreast.variants("range_sum"):
    ways[f"abreast, {variant}"] = lambda variant=variant: abreast.range_sum(N, variant=variant)
print(f"0 + 1 + .. + {N - 1}")
assert same(in_turns(ways)) == N * (N - 1) // 2

print("an array of limits at once")
limits = np.arange(0, size(100_000, 1000), 7)
same(in_turns({
    "the formula, in numpy": lambda: limits * (limits - 1) // 2,
    "abreast.range_sums": lambda: abreast.range_sums(limits),
}))

print("twenty calls")
with ThreadPoolExecutor(2) as threads:
    same(in_turns({
        "one after the other": lambda: [abreast.range_sum(N) for _ in range(20)],
        "on two threads": lambda: list(threads.map(abreast.range_sum, [N] * 20)),
    }))
print("So: the border costs the same in every language, and no call holds the global lock.")
