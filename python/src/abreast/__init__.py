"""Numeric kernels that give the same bits from every variant, at every instruction-set level, on any number of
threads, over numpy arrays.

    import abreast
    x, y = abreast.uniform(1_000_000), abreast.uniform(1_000_000, seed=7)
    abreast.dot(x, y) == abreast.dot(x, y, variant="c", threads=2)     # not close: equal

Every kernel takes `variant` (see `variants`), `level` ("v1", "v3", "v4", "neon"; see `levels`) and `threads` (a number;
without it the calling thread). Failures are exceptions. The global interpreter lock is let go of during a call.
`abreast.dask` has dot, sum, gemm, pi and escape over Dask's workers.
"""

from . import _library
from ._errors import ArgumentError, Error, Failure, OutOfMemory
from ._kernels import (
    View, axpy, conditional_range_sum, dot, escape, gemm, pi, pi_hits, range_sum, range_sums, sum, sum_arange,
)
from ._names import hash, kernels, levels, sample, uniform, variants
from ._parts import chunk, dot_parts, fold, sum_parts

__version__ = _library.text("version")

__all__ = [
    "ArgumentError", "Error", "Failure", "OutOfMemory", "View", "axpy", "chunk", "conditional_range_sum", "dot",
    "dot_parts", "escape", "fold", "gemm", "hash", "kernels", "levels", "pi", "pi_hits", "range_sum", "range_sums",
    "sample", "sum", "sum_arange", "sum_parts", "uniform", "variants",
]
