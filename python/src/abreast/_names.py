"""What there is to choose from, and the library's own problems, by name."""

from ctypes import byref, c_char_p, c_int64, c_size_t, c_uint64

import numpy as np

from . import _library
from ._errors import ArgumentError, refuse
from ._library import function
from ._options import LEVELS, integer, name, options, signed, unsigned


def kernels():
    """The names of the kernels."""
    found = []
    while (text := _library.text("kernel_name", len(found))) is not None:
        found.append(text)
    return found


def variants(kernel):
    """The names of a kernel's variants, all of which give the same bits."""
    kernel, count, text = name("kernel", kernel), c_size_t(), c_char_p()
    function("variant_count")(kernel, byref(count))
    found = []
    for i in range(count.value):
        function("variant_name")(kernel, i, byref(text))
        found.append(text.value.decode())
    return found


def levels():
    """The instruction-set levels that this CPU has, the lowest first."""
    return [level for level in LEVELS if _has(level)]


def _has(level):
    try:
        function("range_sum")(0, byref(c_int64()), options(level=level))
    except ArgumentError as why:
        if why.status != "ABREAST_LEVEL":
            raise
        return False
    return True


def sample(kernel, n, seed=42, *, variant=None, level=None, threads=None):
    """The hash of a kernel's result on a problem of size n that the library makes: what `abreast run KERNEL --n N
    --seed SEED` prints."""
    given, value = _library.Sample(), c_uint64()
    function("sample_new")(name("kernel", kernel), signed("n", n), unsigned("seed", seed), byref(given))
    try:
        function("sample_run")(given, byref(value), options(variant, level, threads))
    finally:
        function("sample_free")(given)
    return f"{value.value:016x}"


def uniform(n, seed=42, dtype=np.float64):
    """n numbers in [-1, 1) of stream `seed`: the operands of `sample`, the same on every machine. dot and axpy have
    their y from stream ~seed & (2**64 - 1)."""
    letters = {np.dtype(np.float64): "d", np.dtype(np.float32): "s"}
    if np.dtype(dtype) not in letters:
        raise refuse(f"dtype = {dtype!r}: must be float64 or float32")
    x = np.empty(integer("n", n, 0, 2**63 - 1), dtype)
    function(letters[x.dtype] + "uniform")(x.size, unsigned("seed", seed), x.ctypes.data)
    return x


def hash(result):
    """The 64-bit FNV-1a hash of a result's bytes in row-major order, as `abreast run` prints it."""
    data, value = np.ascontiguousarray(result), c_uint64()
    if data.dtype.hasobject:
        raise TypeError(f"result is of {data.dtype}: objects have no bytes")
    function("hash")(data.nbytes, data.ctypes.data, byref(value))
    return f"{value.value:016x}"
