"""dot, sum, gemm, pi and escape on Dask's workers, with the bits of a serial run whatever their number, the sizes of
the chunks, and workers that die on the way.

    from dask.distributed import Client
    import abreast.dask
    with Client() as client:
        abreast.dask.check(client)
        abreast.dask.dot(x, y).compute()        # x and y: Dask arrays, cut anywhere

Everything is lazy, as in Dask. Work is cut where the library cuts: for `dot` and `sum` at multiples of
`abreast.chunk`, into many chunks a task, and their parts are folded by the library's tree. `variant`, `level` and
`threads` are those of the kernels. `gemm` has other bits at level v1 than at the others: where workers differ, name a
level that all of them have.
"""

import dataclasses
import sys

import dask
import dask.array as da
import numpy as np

from . import __version__, _kernels, _names, _parts
from ._arrays import REAL
from ._errors import refuse
from ._options import unsigned

# A task costs Dask some milliseconds: that many elements, points and pixels keep it busy for longer. Of arrays a task
# has at most 2**26 elements.
ELEMENTS, MOST = 2**22, 2**26
POINTS = 2**30
PIXELS = 2**22
# More tasks than that cost more than they bring.
TASKS = 10_000


def _task(name):
    """The function `name` of this module, as code that any worker can read. A function that travels by its name ends
    a worker which does not have it, and the client waits for ever; this one is an error there."""

    def task(*arguments, **keywords):
        try:
            import abreast.dask
        except ImportError as why:
            text = f"this worker has no abreast.dask ({why}); abreast.dask.check(client) asks all of them"
            raise ImportError(text) from why
        return getattr(abreast.dask, name)(*arguments, **keywords)

    task.__name__ = task.__qualname__ = f"abreast{name}"
    return task


def _given(variant=None, level=None, threads=None):
    """The options of a kernel: these and no others, which Dask might take for its own."""
    options = {"variant": variant, "level": level, "threads": threads}
    return {name: value for name, value in options.items() if value is not None}


def dot(x, y, *, per_task=None, **options):
    """The sum of x[i] * y[i] over two Dask (or numpy) arrays, as a Dask array without dimensions.

    `per_task` is how many elements a task has, rounded up to whole chunks of the library's; without it about as
    many as the chunks of x.
    """
    (x, y), size = _aligned("dot", [("x", x), ("y", y)], per_task)
    return _folded("_dot_parts", (x, y), size, options)


def sum(x, *, per_task=None, **options):
    """The sum of x[i] over a Dask (or numpy) array; as `dot`."""
    (x,), size = _aligned("sum", [("x", x)], per_task)
    return _folded("_sum_parts", (x,), size, options)


def _aligned(kind, arrays, per_task):
    """The vectors cut alike, at multiples of the library's chunk."""
    vectors = [_array(name, x, 1) for name, x in arrays]
    x, y = vectors[0], vectors[-1]
    if x.dtype != y.dtype:
        raise TypeError(f"x is of {x.dtype} and y of {y.dtype}: they must be of one type")
    if x.size != y.size:
        raise refuse(f"x has {x.size} elements and y has {y.size}: they must be equally long")
    chunk = _parts.chunk(_parts.kernel_of(kind, x.dtype))
    if per_task is None:
        per_task = min(max(*x.chunks[0], ELEMENTS), MOST)
    size = -(-_positive("per_task", per_task) // chunk) * chunk
    return [vector.rechunk(((size,))) for vector in vectors], chunk


def _folded(parts, vectors, chunk, options):
    """The fold of the parts that the tasks make, one array of them per task."""
    dtype = vectors[0].dtype
    counts = tuple(-(-size // chunk) for size in vectors[0].chunks[0])
    empty = np.empty(0, dtype)
    made = da.map_blocks(_task(parts), *vectors, dtype=dtype, chunks=(counts,), meta=empty, **_given(**options))
    whole = made.rechunk(-1)
    return da.map_blocks(_task("_fold"), whole, dtype=dtype, drop_axis=0, meta=np.empty((), dtype))


# What tasks call.
_dot_parts, _sum_parts, _gemm = _parts.dot_parts, _parts.sum_parts, _kernels.gemm
_pi_hits, _estimate = _kernels.pi_hits, _kernels.estimate


def _fold(parts):
    return np.asarray(_parts.fold(parts))


def _total(hits):
    return int(np.sum(hits, dtype=np.uint64))


def _escape(view, rows, **options):
    return _kernels.escape(_kernels.View(*view), rows=rows, **options)


def gemm(a, b, *, alpha=1.0, **options):
    """alpha a b over two Dask (or numpy) matrices, as a Dask array: one task per chunk of a's rows and b's columns, each
    with whole rows of a and whole columns of b."""
    a, b = _array("a", a, 2), _array("b", b, 2)
    if a.dtype != b.dtype:
        raise TypeError(f"a is of {a.dtype} and b of {b.dtype}: they must be of one type")
    if a.shape[1] != b.shape[0]:
        raise refuse(f"b has {b.shape[0]} rows: must be {a.shape[1]}, the columns of a")
    a, b = a.rechunk({1: -1}), b.rechunk({0: -1})
    meta = np.empty((0, 0), a.dtype)
    return da.blockwise(
        _task("_gemm"), "ij", a, "ik", b, "kj", dtype=a.dtype, meta=meta, concatenate=True, alpha=alpha,
        **_given(**options),
    )


def pi_hits(n, seed=42, *, per_task=None, **options):
    """How many of the first n points of stream `seed` are hits, as a Delayed; `per_task` points a task."""
    n, seed = unsigned("n", n), unsigned("seed", seed)
    per_task = max(POINTS, -(-n // TASKS)) if per_task is None else per_task
    hits, options = dask.delayed(_task("_pi_hits"), pure=True), _given(**options)
    ranges = _ranges(n, _positive("per_task", per_task))
    return dask.delayed(_task("_total"), pure=True)([hits(len(r), seed, first=r.start, **options) for r in ranges])


def pi(n, seed=42, *, per_task=None, **options):
    """An estimate of pi from the first n points of stream `seed`, as a Delayed."""
    if unsigned("n", n) == 0:
        _kernels.estimate(0, 0)
    return dask.delayed(_task("_estimate"), pure=True)(pi_hits(n, seed, per_task=per_task, **options), n)


def escape(view=_kernels.View(), *, per_task=None, **options):
    """The counts of a view's pixels as a Dask array of shape (height, width); about `per_task` pixels a task."""
    if not isinstance(view, _kernels.View):
        raise TypeError(f"view is a {type(view).__name__}: must be a View")
    # What is no picture is refused here, and not on a worker: none of its rows cost nothing.
    _kernels.escape(view, rows=range(0))
    per_task = max(PIXELS, view.width * view.height // TASKS) if per_task is None else per_task
    band = max(_positive("per_task", per_task) // view.width, 1)
    rows, options = dask.delayed(_task("_escape"), pure=True), _given(**options)
    bands = [
        da.from_delayed(rows(dataclasses.astuple(view), r, **options), (len(r), view.width), np.uint32)
        for r in _ranges(view.height, band)
    ]
    return da.concatenate(bands)


def check(client):
    """Asks every worker of a `distributed.Client` for this package: {address: its levels}. Raises RuntimeError that
    names the workers which do not have it, or have another version."""
    answers = client.run(_question())
    ours = (__version__, sys.byteorder)
    wrong = {worker: said for worker, said in answers.items() if said[:2] != ours}
    if wrong:
        lines = "; ".join(f"{worker}: {said[0]}" for worker, said in sorted(wrong.items()))
        raise RuntimeError(f"not all workers have abreast {__version__}: {lines}")
    return {worker: said[2] for worker, said in answers.items()}


def _question():
    """A function that travels as code, since a worker without this module could not find it by name."""

    def ask():
        import sys

        try:
            import abreast
        except ImportError as why:
            return str(why), sys.byteorder, []
        return abreast.__version__, sys.byteorder, abreast.levels()

    return ask


def _array(name, x, dims):
    """`x` as a Dask array of known chunks."""
    x = x if isinstance(x, da.Array) else da.from_array(np.asarray(x))
    if x.dtype.newbyteorder("=") not in REAL:
        raise TypeError(f"{name} is of {x.dtype}: must be of float64 or float32")
    if x.ndim != dims:
        raise refuse(f"{name} has {x.ndim} dimensions: must have {dims}")
    if any(np.isnan(size) for sizes in x.chunks for size in sizes):
        raise refuse(f"{name} has chunks of unknown size: call compute_chunk_sizes() on it first")
    # Byte order is this machine's within a task.
    return x.astype(x.dtype.newbyteorder("="))


def _ranges(n, size):
    return [range(first, min(first + size, n)) for first in range(0, n, size)]


def _positive(name, value):
    value = unsigned(name, value)
    if value == 0:
        raise refuse(f"{name} = 0: must be at least 1")
    return value
