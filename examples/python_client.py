"""abreast from Python, with ctypes and nothing else: every kernel, from four threads at once.

    cargo build --release --package abreast-capi
    python3 examples/python_client.py

ctypes lets go of Python's global lock while it is in C, so threads that call kernels run side by
side. The program prints one line per kernel: its name, and a hash of the result's bytes. The library
to load may be given as the only argument.
"""

import ctypes
import math
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from ctypes import POINTER, byref, c_char_p, c_double, c_float, c_int32, c_int64, c_size_t
from ctypes import c_uint32, c_uint64

SEED = 42
MASK = 2**64 - 1
ABI = 2


class Pool(ctypes.Structure):
    _fields_ = [("id", c_uint64)]


class Sample(ctypes.Structure):
    _fields_ = [("id", c_uint64)]


class Options(ctypes.Structure):
    _fields_ = [("size", c_size_t), ("variant", c_char_p), ("level", c_int32), ("pool", Pool)]


class View(ctypes.Structure):
    _fields_ = [("size", c_size_t)] + [
        (name, c_double)
        for name in ("center_re", "center_im", "extent_re", "extent_im", "c_re", "c_im")
    ] + [(name, c_uint64) for name in ("width", "height", "max_iter")] + [("julia", c_int32)]


class Refused(Exception):
    """A call that did nothing; the text is the library's own."""


def find_library():
    if len(sys.argv) > 1:
        return sys.argv[1]
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    path = os.path.join(root, "target", "release", "libabreast_capi.so")
    if not os.path.exists(path):
        sys.exit("there is no library yet: cargo build --release --package abreast-capi")
    return path


def declare(library):
    """The declarations that ctypes needs: as abreast.h has them."""
    how = POINTER(Options)
    signatures = {
        "check_abi": (c_uint32, c_size_t, c_size_t),
        "last_error": (ctypes.c_void_p, c_size_t, POINTER(c_size_t)),
        "pool_new": (c_uint32, POINTER(Pool)),
        "pool_free": (Pool,),
        "variant_count": (c_char_p, POINTER(c_size_t)),
        "variant_name": (c_char_p, c_size_t, POINTER(c_char_p)),
        "sample_new": (c_char_p, c_int64, c_uint64, POINTER(Sample)),
        "sample_run": (Sample, POINTER(c_uint64), how),
        "sample_free": (Sample,),
        "range_sum": (c_int64, POINTER(c_int64), how),
        "range_sums": (c_size_t, POINTER(c_int64), POINTER(c_int64), how),
        "conditional_range_sum": (c_int64, POINTER(c_int64), how),
        "sum_arange": (c_uint64, POINTER(c_double), how),
        "pi_hits": (c_uint64, c_uint64, POINTER(c_uint64), how),
        "escape": (POINTER(View), c_size_t, POINTER(c_uint32), how),
    }
    for letter, real in (("d", c_double), ("s", c_float)):
        array = POINTER(real)
        signatures[letter + "sum"] = (c_size_t, array, array, how)
        signatures[letter + "dot"] = (c_size_t, array, array, array, how)
        signatures[letter + "axpy"] = (c_size_t, real, array, array, how)
        signatures[letter + "gemm"] = (
            (c_int32,) * 3 + (c_size_t,) * 3
            + (real, array, c_size_t, array, c_size_t, real, array, c_size_t, how)
        )
    for name, arguments in signatures.items():
        function = getattr(library, "abreast_" + name)
        function.argtypes, function.restype = arguments, c_int32
    library.abreast_status_name.argtypes = (c_int32,)
    library.abreast_status_name.restype = c_char_p


library = ctypes.CDLL(find_library())
declare(library)


def call(name, *arguments):
    """Calls the function and turns its status into an exception."""
    status = getattr(library, "abreast_" + name)(*arguments)
    if status != 0:
        text = ctypes.create_string_buffer(512)
        library.abreast_last_error(text, len(text), None)
        kind = library.abreast_status_name(status).decode()
        raise Refused(f"{kind}: {text.value.decode()}")


def fnv1a(result):
    """The 64-bit FNV-1a hash of a ctypes object's bytes."""
    value = 0xCBF29CE484222325
    for byte in bytes(result):
        value = (value ^ byte) * 0x100000001B3 & MASK
    return value


def splitmix64(seed, i):
    """Number i of the stream seed: the library's samples are made of these."""
    z = seed + (i + 1) * 0x9E3779B97F4A7C15 & MASK
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
    return z ^ z >> 31


def uniform(real, n, seed):
    """n numbers in [-1, 1), with all the random bits the type can hold."""
    bits = 53 if real is c_double else 24
    numbers = (2.0 * (splitmix64(seed, i) >> 64 - bits) / 2**bits - 1.0 for i in range(n))
    return (real * n)(*numbers)


def number(function, result, *arguments):
    """A kernel that takes numbers and gives one."""

    def run(how):
        out = result()
        call(function, *arguments, byref(out), how)
        return out

    return run


def range_sums(n):
    limits = (c_int64 * n)(*(splitmix64(SEED, k) >> 54 for k in range(n)))

    def run(how):
        sums = (c_int64 * n)()
        call("range_sums", n, limits, sums, how)
        return sums

    return run


def total(letter, real, n):
    x = uniform(real, n, SEED)

    def run(how):
        result = real()
        call(letter + "sum", n, x, byref(result), how)
        return result

    return run


def dot(letter, real, n):
    x, y = uniform(real, n, SEED), uniform(real, n, ~SEED & MASK)

    def run(how):
        result = real()
        call(letter + "dot", n, x, y, byref(result), how)
        return result

    return run


def axpy(letter, real, n):
    x, start = uniform(real, n, SEED), uniform(real, n, ~SEED & MASK)

    def run(how):
        y = (real * n).from_buffer_copy(start)
        call(letter + "axpy", n, math.e, x, y, how)
        return y

    return run


def gemm(letter, real, n):
    a, b = uniform(real, n * n, SEED), uniform(real, n * n, ~SEED & MASK)
    start = uniform(real, n * n, SEED ^ 0x5EED)

    def run(how):
        c = (real * (n * n)).from_buffer_copy(start)
        # Row-major, neither factor transposed.
        call(letter + "gemm", 101, 111, 111, n, n, n, 0.75, a, n, b, n, -0.5, c, n, how)
        return c

    return run


def escape(n):
    side = math.isqrt(n)
    view = View(size=ctypes.sizeof(View), center_re=-1.1195, center_im=0.2718, extent_re=0.005,
                extent_im=0.005, width=side, height=side, max_iter=256)

    def run(how):
        counts = (c_uint32 * (side * side))()
        call("escape", byref(view), side * side, counts, how)
        return counts

    return run


def kernels():
    """Each kernel's name, its size, and a function that runs it."""
    million, vector, square = 1_000_003, 100_003, 300
    yield "range_sum", million, number("range_sum", c_int64, million)
    yield "range_sums", 1000, range_sums(1000)
    yield "conditional_range_sum", million, number("conditional_range_sum", c_int64, million)
    yield "sum", vector, total("d", c_double, vector)
    yield "sum_f32", vector, total("s", c_float, vector)
    yield "sum_arange", million, number("sum_arange", c_double, million)
    yield "dot", vector, dot("d", c_double, vector)
    yield "dot_f32", vector, dot("s", c_float, vector)
    yield "axpy", vector, axpy("d", c_double, vector)
    yield "axpy_f32", vector, axpy("s", c_float, vector)
    yield "gemm", square, gemm("d", c_double, square)
    yield "gemm_f32", square, gemm("s", c_float, square)
    yield "pi", million, number("pi_hits", c_uint64, million, SEED)
    yield "escape", 16384, escape(16384)


def by_name(kernel, n, how):
    """The same problem through the door by name, where the library makes the operands."""
    sample, value = Sample(), c_uint64()
    call("sample_new", kernel.encode(), n, SEED, byref(sample))
    try:
        call("sample_run", sample, byref(value), how)
    finally:
        call("sample_free", sample)
    return value.value


def variants(kernel):
    """The names of the kernel's variants, as bytes: what Options takes."""
    count, name = c_size_t(), c_char_p()
    call("variant_count", kernel.encode(), byref(count))
    for i in range(count.value):
        call("variant_name", kernel.encode(), i, byref(name))
        yield name.value


def options(**given):
    return byref(Options(size=ctypes.sizeof(Options), **given))


def refused(words, *arguments):
    try:
        call(*arguments)
    except Refused as refusal:
        return str(refusal).startswith(words)
    return False


def a_refusal_is_an_exception():
    sum = byref(c_int64())
    unknown = options(variant=b"no such thing")
    return refused("ABREAST_ARGUMENT: n = -1: must be between 0 and", "range_sum", -1, sum, None) and \
        refused("ABREAST_UNKNOWN: unknown variant 'no such thing'; ", "range_sum", 9, sum, unknown) and \
        refused("ABREAST_TEXT: ", "range_sum", 9, sum, options(variant=b"\xff"))


def main():
    call("check_abi", ABI, ctypes.sizeof(Options), ctypes.sizeof(View))
    assert a_refusal_is_an_exception()
    pool = Pool()
    call("pool_new", 2, byref(pool))
    two = options(pool=pool)
    with ThreadPoolExecutor(4) as threads:
        for name, n, run in kernels():
            # Four threads at once: some on a pool of two more, and one call for every variant.
            ways = [None, two, None, two] + [options(variant=variant) for variant in variants(name)]
            results = list(threads.map(run, ways))
            alike = {bytes(result) for result in results}
            value = fnv1a(results[0])
            print(f"{name} {value:016x}")
            if len(alike) != 1 or by_name(name, n, two) != value:
                sys.exit(f"{name} differs")
    call("pool_free", pool)


if __name__ == "__main__":
    main()
