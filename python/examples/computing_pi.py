"""Points in a quarter circle: Python, numpy, numba and abreast count the same points of one stream."""

import numpy as np
from _shared import in_turns, numba_or_none, same, size

import abreast

N, SEED = size(1_000_000, 20_000), 42
GAMMA, A, B = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
MASK = 2**64 - 1


def in_python(n=N):
    hits = 0
    for i in range(n):
        z = SEED + (i + 1) * GAMMA & MASK
        z = (z ^ z >> 30) * A & MASK
        z = (z ^ z >> 27) * B & MASK
        z ^= z >> 31
        hits += (z >> 32) ** 2 + (z & 0xFFFFFFFF) ** 2 < 2**64
    return hits


def in_numpy(n=N):
    z = np.arange(1, n + 1, dtype=np.uint64) * np.uint64(GAMMA) + np.uint64(SEED)
    z = (z ^ z >> np.uint64(30)) * np.uint64(A)
    z = (z ^ z >> np.uint64(27)) * np.uint64(B)
    z ^= z >> np.uint64(31)
    x, y = z >> np.uint64(32), z & np.uint64(0xFFFFFFFF)
    return int(np.count_nonzero(x * x + y * y >= x * x))  # no carry out


def by_numba(numba):
    gamma, a, b, low = (np.uint64(k) for k in (GAMMA, A, B, 0xFFFFFFFF))
    s30, s27, s31, s32, seed, one = (np.uint64(k) for k in (30, 27, 31, 32, SEED, 1))

    @numba.njit
    def count(n):
        hits = 0
        for i in range(n):
            z = seed + (np.uint64(i) + one) * gamma
            z = (z ^ (z >> s30)) * a
            z = (z ^ (z >> s27)) * b
            z ^= z >> s31
            x, y = z >> s32, z & low
            hits += x * x + y * y >= x * x
        return hits

    return lambda: count(N)


ways = {"Python": in_python, "numpy, whole arrays": in_numpy}
if numba := numba_or_none():
    ways["numba"] = by_numba(numba)
ways["abreast"] = lambda: abreast.pi_hits(N, SEED)
ways["abreast, 2 threads"] = lambda: abreast.pi_hits(N, SEED, threads=2)
print(f"{N} points")
hits = same(in_turns(ways))
print(f"{hits} hits, pi is about {4 * hits / N}")
assert hits == sum(abreast.pi_hits(1000, SEED, first=first) for first in range(0, N, 1000))
print("So: one integer, whoever counts, in whatever pieces.")
