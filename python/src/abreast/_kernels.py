"""The kernels over numbers and numpy arrays."""

import ctypes
from ctypes import byref, c_double, c_int64, c_uint64
from dataclasses import dataclass
from typing import Optional

import numpy as np

from . import _library
from ._arrays import INTEGER, Matrix, Output, apart, same_type, vector
from ._errors import refuse
from ._library import function
from ._options import integer, options, scalar, signed, unsigned

ROW_MAJOR, COL_MAJOR, NO_TRANS, TRANS = 101, 102, 111, 112


def range_sum(n, *, variant=None, level=None, threads=None):
    """The sum of i, 0 <= i < n, every i visited. n is between 0 and 2**32."""
    return _number("range_sum", c_int64, signed("n", n), options(variant, level, threads))


def range_sums(limits, *, variant=None, level=None, threads=None, copy=None):
    """The sum of i, 0 <= i < limits[k], for each k: int64 in, int64 out."""
    limits, _ = vector("limits", limits, copy, INTEGER)
    sums = np.empty_like(limits)
    how = options(variant, level, threads)
    function("range_sums")(limits.size, limits.ctypes.data, sums.ctypes.data, how)
    return sums


def conditional_range_sum(n, *, variant=None, level=None, threads=None):
    """The sum of i, 0 <= i < n, i % 3 == 0, every i visited. n is between 0 and 7439101575."""
    return _number("conditional_range_sum", c_int64, signed("n", n), options(variant, level, threads))


def sum_arange(n, *, variant=None, level=None, threads=None):
    """The sum of the doubles 0, 1, .., n - 1, which are made on the way. n is at most 2**53."""
    return _number("sum_arange", c_double, unsigned("n", n), options(variant, level, threads))


def sum(x, *, variant=None, level=None, threads=None, copy=None):
    """The sum of x[i], of float64 or float32. The empty sum is 0."""
    x, letter = vector("x", x, copy)
    result = _library.REAL[letter]()
    function(letter + "sum")(x.size, x.ctypes.data, byref(result), options(variant, level, threads))
    return x.dtype.type(result.value)


def dot(x, y, *, variant=None, level=None, threads=None, copy=None):
    """The sum of x[i] * y[i], of float64 or float32. The empty product is 0."""
    x, y, letter = pair(x, y, copy)
    result = _library.REAL[letter]()
    how = options(variant, level, threads)
    function(letter + "dot")(x.size, x.ctypes.data, y.ctypes.data, byref(result), how)
    return x.dtype.type(result.value)


def pair(x, y, copy):
    """Two vectors of one type and length, and the letter of the type."""
    (x, letter), (y, _) = vector("x", x, copy), vector("y", y, copy)
    same_type(("x", x), ("y", y))
    _same_length(x, y)
    return x, y, letter


def _same_length(x, y):
    if x.size != y.size:
        raise refuse(f"x has {x.size} elements and y has {y.size}: they must be equally long")


def axpy(alpha, x, y, *, variant=None, level=None, threads=None, copy=None):
    """y[i] <- alpha * x[i] + y[i], the product rounded, then the sum; y is updated, and returned.

    A y that has to be copied is written back. x is copied if it may share memory with y.
    """
    x, letter = vector("x", x, copy)
    out = Output("y", y, 1, copy)
    same_type(("x", x), ("y", out.array))
    _same_length(x, out.array)
    x = apart("x", x, out.array, copy)
    alpha = scalar("alpha", alpha, _library.REAL[letter])
    how = options(variant, level, threads)
    function(letter + "axpy")(x.size, alpha, x.ctypes.data, out.array.ctypes.data, how)
    out.finish()
    return y


def gemm(a, b, c=None, *, alpha=1.0, beta=0.0, variant=None, level=None, threads=None, copy=None):
    """c <- alpha a b + beta c, and c is returned: updated if one is given, new otherwise.

    c is not read when beta is 0, and a and b are not when alpha is 0. Rows or columns that lie side by side, with
    whatever distance between them, are read where they are: so are transposed matrices and parts of larger ones.
    """
    a, b = Matrix("a", a, copy), Matrix("b", b, copy)
    same_type(("a", a.array), ("b", b.array))
    (m, k), (rows, n) = a.array.shape, b.array.shape
    if k != rows:
        raise refuse(f"b has {rows} rows: must be {k}, the columns of a")
    alpha, beta = (scalar(*factor, _library.REAL[a.letter]) for factor in (("alpha", alpha), ("beta", beta)))
    if c is None and beta != 0:
        raise refuse(f"beta = {beta}: there is no c to multiply by it")
    result = np.zeros((m, n), a.array.dtype) if c is None else c
    out = Output("c", result, 2, copy)
    same_type(("a", a.array), ("c", out.array))
    if out.array.shape != (m, n):
        raise refuse(f"c has shape {out.array.shape}: must be {(m, n)}, that of a b")
    a.apart("a", out.array, copy)
    b.apart("b", out.array, copy)
    _product((m, n, k), (alpha, beta), (a, b), out.view, options(variant, level, threads))
    out.finish()
    return result


def _product(sizes, factors, operands, c, how):
    layout = ROW_MAJOR if c.order == "C" else COL_MAJOR
    transposed = [NO_TRANS if x.order == c.order else TRANS for x in operands]
    (alpha, beta), (a, b) = factors, operands
    function(c.letter + "gemm")(
        layout, *transposed, *sizes, alpha, a.array.ctypes.data, a.distance, b.array.ctypes.data, b.distance,
        beta, c.array.ctypes.data, c.distance, how,
    )


def pi_hits(n, seed=42, *, first=0, variant=None, level=None, threads=None):
    """How many of the points first, .., first + n - 1 of stream `seed` lie in the quarter circle: 4 hits / n is an
    estimate of pi."""
    points = unsigned("first", first), unsigned("n", n), unsigned("seed", seed)
    return _number("pi_hits_range", c_uint64, *points, options(variant, level, threads))


def pi(n, seed=42, *, variant=None, level=None, threads=None):
    """An estimate of pi from the first n points of stream `seed`."""
    hits = pi_hits(n, seed, variant=variant, level=level, threads=threads)
    return estimate(hits, n)


def estimate(hits, n):
    """4 hits / n."""
    if n == 0:
        raise refuse("n = 0: must be at least 1: no points, no estimate")
    return 4.0 * (hits / n)


@dataclass(frozen=True)
class View:
    """A view of the complex plane: pixel (row j, column i) is the point center + ((i - width / 2) +
    (j - height / 2) i) * pitch with pitch = max(extent.real / width, extent.imag / height). With a `c` it is the
    Julia set of c, else Mandelbrot's."""

    width: int = 1200
    height: int = 1000
    center: complex = -0.75 + 0j
    extent: complex = 3 + 2.5j
    max_iter: int = 1000
    c: Optional[complex] = None

    def _for_c(self):
        center, extent, c = (complex(z) for z in (self.center, self.extent, self.c or 0))
        sizes = (unsigned(name, getattr(self, name)) for name in ("width", "height", "max_iter"))
        return _library.View(
            ctypes.sizeof(_library.View), center.real, center.imag, extent.real, extent.imag, c.real, c.imag,
            *sizes, self.c is not None,
        )


def escape(view=View(), *, rows=None, variant=None, level=None, threads=None):
    """How many updates z <- z^2 + c each pixel makes until |z| > 2, at most `max_iter`: uint32, of shape
    (height, width). `rows`, a range with step 1, asks for these rows alone."""
    if not isinstance(view, View):
        raise TypeError(f"view is a {type(view).__name__}: must be a View")
    given = view._for_c()
    # What is no picture is refused before there is room for one.
    function("escape_rows")(byref(given), 0, 0, 0, None, None)
    rows = range(given.height) if rows is None else rows
    if not isinstance(rows, range) or rows.step != 1:
        raise TypeError(f"rows = {rows!r}: must be a range with step 1")
    integer("rows.start", rows.start, 0, given.height), integer("rows.stop", rows.stop, rows.start, given.height)
    counts = np.empty((len(rows), given.width), np.uint32)
    how = options(variant, level, threads)
    function("escape_rows")(byref(given), rows.start, len(rows), counts.size, counts.ctypes.data, how)
    return counts


def _number(name, result, *arguments):
    """What a function with one number as its result says."""
    *arguments, how = arguments
    out = result()
    function(name)(*arguments, byref(out), how)
    return out.value
