"""`sum` and `dot` in pieces that may be anywhere: where the library cuts, one number per chunk, and its fold."""

from ctypes import byref, c_size_t

import numpy as np

from . import _library
from ._arrays import vector
from ._kernels import pair
from ._library import function
from ._options import name, options


def chunk(kernel):
    """How many elements a chunk of `kernel` has: "sum", "sum_f32", "dot" or "dot_f32". Chunks begin at multiples of
    it, whatever the length, so pieces that begin there have the parts of the whole."""
    elements = c_size_t()
    function("chunk")(name("kernel", kernel), byref(elements))
    return elements.value


def sum_parts(x, *, variant=None, level=None, threads=None, copy=None):
    """The sum of each chunk of x."""
    x, letter = vector("x", x, copy)
    parts = _room(x, "sum")
    how = options(variant, level, threads)
    function(letter + "sum_parts")(x.size, x.ctypes.data, parts.size, parts.ctypes.data, how)
    return parts


def dot_parts(x, y, *, variant=None, level=None, threads=None, copy=None):
    """The sum of x[i] * y[i] over each chunk."""
    x, y, letter = pair(x, y, copy)
    parts = _room(x, "dot")
    how = options(variant, level, threads)
    function(letter + "dot_parts")(x.size, x.ctypes.data, y.ctypes.data, parts.size, parts.ctypes.data, how)
    return parts


def fold(parts, *, copy=None):
    """The result of `sum` or `dot` from its parts, in order: added by the library's one tree."""
    parts, letter = vector("parts", parts, copy)
    result = _library.REAL[letter]()
    function(letter + "fold")(parts.size, parts.ctypes.data, byref(result))
    return parts.dtype.type(result.value)


def kernel_of(kind, dtype):
    """What the library calls `sum` or `dot` over that type."""
    return kind + ("_f32" if dtype == np.float32 else "")


def _room(x, kind):
    return np.empty(-(-x.size // chunk(kernel_of(kind, x.dtype))), x.dtype)
