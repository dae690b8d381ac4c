"""Promises: dask.delayed around kernels runs what is wanted, once, and nothing else."""

import abreast

try:
    import dask
except ImportError:
    print("there is no Dask here: pip install 'dask[array]'")
    raise SystemExit(0)

calls = []


def hits(first, n):
    calls.append(first)
    return abreast.pi_hits(n, first=first)


promises = [dask.delayed(hits)(first, 1000) for first in range(0, 10_000, 1000)]
never = dask.delayed(hits)(999_999, 1)
total = dask.delayed(sum)(promises)
print(f"{len(promises) + 1} promises, {len(calls)} calls so far")
assert not calls
both = dask.compute(total, total * 4 / 10_000)
print(f"{both[0]} hits, pi is about {both[1]}; {len(calls)} calls")
assert sorted(calls) == list(range(0, 10_000, 1000)) and both[0] == abreast.pi_hits(10_000)
print("So: a promise is kept when its result is wanted, once, on whatever thread.")
