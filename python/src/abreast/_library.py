"""The shared library and its declarations, as `abreast.h` has them; every failure of a call is an exception."""

import ctypes
import sys
from ctypes import POINTER, byref, c_char_p, c_double, c_float, c_int32, c_int64, c_size_t
from ctypes import c_uint32, c_uint64, c_void_p
from pathlib import Path

from ._errors import of_status

ABI = 2


class Pool(ctypes.Structure):
    _fields_ = [("id", c_uint64)]


class Sample(ctypes.Structure):
    _fields_ = [("id", c_uint64)]


class Options(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("variant", c_char_p), ("level", c_int32), ("pool", Pool)]


class View(ctypes.Structure):
    _fields_ = (
        [("size", c_size_t)]
        + [(name, c_double) for name in ("center_re", "center_im", "extent_re", "extent_im", "c_re", "c_im")]
        + [(name, c_uint64) for name in ("width", "height", "max_iter")]
        + [("julia", c_int32)]
    )


_HOW = POINTER(Options)

# The arguments of each function that returns a status. Arrays are addresses.
SIGNATURES = {
    "check_abi": (c_uint32, c_size_t, c_size_t),
    "last_error": (c_void_p, c_size_t, POINTER(c_size_t)),
    "pool_new": (c_uint32, POINTER(Pool)),
    "variant_count": (c_char_p, POINTER(c_size_t)),
    "variant_name": (c_char_p, c_size_t, POINTER(c_char_p)),
    "sample_new": (c_char_p, c_int64, c_uint64, POINTER(Sample)),
    "sample_run": (Sample, POINTER(c_uint64), _HOW),
    "sample_free": (Sample,),
    "range_sum": (c_int64, POINTER(c_int64), _HOW),
    "range_sums": (c_size_t, c_void_p, c_void_p, _HOW),
    "conditional_range_sum": (c_int64, POINTER(c_int64), _HOW),
    "sum_arange": (c_uint64, POINTER(c_double), _HOW),
    "pi_hits_range": (c_uint64, c_uint64, c_uint64, POINTER(c_uint64), _HOW),
    "escape_rows": (POINTER(View), c_uint64, c_uint64, c_size_t, c_void_p, _HOW),
    "chunk": (c_char_p, POINTER(c_size_t)),
    "hash": (c_size_t, c_void_p, POINTER(c_uint64)),
}

REAL = {"d": c_double, "s": c_float}

for _letter, _real in REAL.items():
    _result = POINTER(_real)
    SIGNATURES[_letter + "sum"] = (c_size_t, c_void_p, _result, _HOW)
    SIGNATURES[_letter + "dot"] = (c_size_t, c_void_p, c_void_p, _result, _HOW)
    SIGNATURES[_letter + "axpy"] = (c_size_t, _real, c_void_p, c_void_p, _HOW)
    SIGNATURES[_letter + "gemm"] = (
        (c_int32,) * 3 + (c_size_t,) * 3
        + (_real, c_void_p, c_size_t, c_void_p, c_size_t, _real, c_void_p, c_size_t, _HOW)
    )
    SIGNATURES[_letter + "sum_parts"] = (c_size_t, c_void_p, c_size_t, c_void_p, _HOW)
    SIGNATURES[_letter + "dot_parts"] = (c_size_t, c_void_p, c_void_p, c_size_t, c_void_p, _HOW)
    SIGNATURES[_letter + "fold"] = (c_size_t, c_void_p, _result)
    SIGNATURES[_letter + "uniform"] = (c_size_t, c_uint64, c_void_p)


def _load():
    suffix = {"darwin": ".dylib", "win32": ".dll"}.get(sys.platform, ".so")
    prefix = "" if sys.platform == "win32" else "lib"
    path = Path(__file__).parent / f"{prefix}abreast_capi{suffix}"
    try:
        # CDLL, not PyDLL: the global lock is let go of during each call.
        library = ctypes.CDLL(str(path))
    except OSError as why:
        raise ImportError(f"abreast's shared library cannot be loaded: {why}; pip install ./python builds it") from why
    for name, arguments in SIGNATURES.items():
        function = getattr(library, "abreast_" + name)
        function.argtypes, function.restype, function.errcheck = arguments, c_int32, _check
    for name, argument in (("version", ()), ("status_name", (c_int32,)), ("kernel_name", (c_size_t,))):
        function = getattr(library, "abreast_" + name)
        function.argtypes, function.restype = argument, c_char_p
    return library


def _check(status, function, _arguments):
    if status == 0:
        return
    name = _LIBRARY.abreast_status_name(status)
    raise of_status(name.decode() if name else f"status {status}", _last_error())


def _last_error():
    needed = c_size_t()
    _LIBRARY.abreast_last_error(None, 0, byref(needed))
    text = ctypes.create_string_buffer(needed.value)
    _LIBRARY.abreast_last_error(text, len(text), None)
    return text.value.decode()


_LIBRARY = _load()
_LIBRARY.abreast_check_abi(ABI, ctypes.sizeof(Options), ctypes.sizeof(View))


def function(name):
    """The function `abreast_NAME`, which raises instead of returning a status."""
    return getattr(_LIBRARY, "abreast_" + name)


def text(name, *arguments):
    """What a function that returns a text says, or None."""
    found = function(name)(*arguments)
    return None if found is None else found.decode()
