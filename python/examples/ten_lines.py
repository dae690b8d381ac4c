"""The kernels over numpy arrays: ten lines whose hashes are those of `abreast run KERNEL --n N`."""

import numpy as np

import abreast

x, y = abreast.uniform(100_003, seed=42), abreast.uniform(100_003, seed=~42 & (2**64 - 1))
print("dot", abreast.hash(abreast.dot(x, y)), abreast.dot(x, y, variant="c", threads=2))
print("axpy", abreast.hash(abreast.axpy(np.e, x, y.copy())))
print("pi", abreast.hash(abreast.pi_hits(1_000_003)), abreast.pi(1_000_003))
print("sum", abreast.hash(abreast.sum(x[::1])), [abreast.sum(x, variant=v) for v in abreast.variants("sum")])
assert abreast.hash(abreast.dot(x, y)) == abreast.sample("dot", 100_003)
assert abreast.dot(x[::-1], y[::-1]) == abreast.dot(x[::-1].copy(), y[::-1].copy())
print("So: the same bits as the program's, from numpy arrays.")
