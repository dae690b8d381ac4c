"""Dask arrays cut in three ways: Dask's own dot may have as many results, abreast's has one."""

from _shared import size

import abreast

try:
    import dask.array as da

    import abreast.dask
except ImportError:
    print("there is no Dask here: pip install 'dask[array]'")
    raise SystemExit(0)

N = size(5_000_003, 1_000_003)
x, y = abreast.uniform(N, 1), abreast.uniform(N, 2)
theirs, ours = set(), set()
for chunks in (N // 3, 100_000, 65_537):
    cut = da.from_array(x, chunks), da.from_array(y, chunks)
    theirs.add(float(da.dot(*cut).compute()))
    ours.add(float(abreast.dask.dot(*cut).compute()))
print(f"dask.array.dot, by chunk size: {sorted(theirs)}")
print(f"abreast.dask.dot:              {sorted(ours)}")
assert ours == {float(abreast.dot(x, y))}
print("So: chunks that depend on the problem only, and one tree, make a reduction that repeats.")
