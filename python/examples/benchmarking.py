"""One sum over an array: Python's loop, numpy, and each variant, timed in turns."""

import numpy as np
from _shared import in_turns, size

import abreast

x = abreast.uniform(size(4_000_000, 200_000))
short = x[: size(100_000, 10_000)].tolist()
ways = {f"a Python loop, {len(short)} of them": lambda: sum(short), "numpy": lambda: np.sum(x)}
for variant in abreast.variants("sum"):
    ways[f"abreast, {variant}"] = lambda variant=variant: abreast.sum(x, variant=variant)
ways["abreast, 2 threads"] = lambda: abreast.sum(x, threads=2)
print(f"the sum of {x.size} doubles")
results = in_turns(ways)
ours = {abreast.hash(result) for name, result in results.items() if name.startswith("abreast")}
assert len(ours) == 1 and np.isclose(results["numpy"], abreast.sum(x), rtol=1e-12, atol=1e-9)
print("So: variants differ in time, never in a bit; numpy adds in an order of its own.")
