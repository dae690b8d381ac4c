"""What is parallel? A sum is a chain of additions, or a tree of them; the shape shows in the last bits."""

import functools
import operator

import numpy as np
from _shared import size

import abreast

x = abreast.uniform(size(2_000_003, 300_003))
chain = functools.reduce(operator.add, x[:100_000].tolist())
print(f"the first 100,000 as a chain:        {chain!r}")
print(f"by numpy, in pairs:                  {np.sum(x[:100_000])!r}")
print(f"by abreast, in lanes and chunks:     {abreast.sum(x[:100_000])!r}")

# Chunks can be added by anybody, in any order of time, if their sums are then folded by one tree.
chunk = abreast.chunk("sum")
pieces = [x[i : i + chunk] for i in range(0, x.size, chunk)]
parts = [abreast.sum_parts(piece) for piece in reversed(pieces)]
folded = abreast.fold(np.concatenate(parts[::-1]))
print(f"all, in {len(pieces)} pieces, the last first:   {folded!r}")
assert folded == abreast.sum(x) == abreast.sum(x, threads=2)
print("So: who adds which chunk does not show, as long as the tree is fixed.")
