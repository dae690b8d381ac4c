"""Which variant, at which level, on how many threads: what every kernel takes as keywords."""

import ctypes
import math
import operator
import os
import threading
from ctypes import byref

from . import _library
from ._errors import refuse

LEVELS = {"v1": 1, "v3": 2, "v4": 3, "neon": 4}

_pools = {}
_lock = threading.Lock()


def options(variant=None, level=None, threads=None):
    """The options for the library, or None for its own choice."""
    if variant is level is threads is None:
        return None
    how = _library.Options(size=ctypes.sizeof(_library.Options))
    if variant is not None:
        how.variant = name("variant", variant)
    if level is not None:
        if level not in LEVELS:
            raise refuse(f"level = {level!r}: must be one of {', '.join(LEVELS)}")
        how.level = LEVELS[level]
    if threads is not None:
        how.pool = _pool(integer("threads", threads, 0, 2**32 - 1))
    return byref(how)


def _pool(threads):
    """The pool of so many threads, which lives as long as the process does."""
    with _lock:
        if threads not in _pools:
            pool = _library.Pool()
            _library.function("pool_new")(threads, byref(pool))
            _pools[threads] = pool
        return _pools[threads]


def _forget():
    """A pool's threads stay in the parent of a fork: the child makes its own."""
    global _lock
    _lock = threading.Lock()
    _pools.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def name(argument, value):
    """A text for C, which ends at the first zero byte: there must be none."""
    if not isinstance(value, str):
        raise TypeError(f"{argument} = {value!r}: must be a str")
    if "\0" in value:
        raise refuse(f"{argument} = {value!r}: must not have a zero byte")
    return value.encode("utf-8", "surrogateescape")


def integer(argument, value, least, most):
    """A whole number that C's type can hold: ctypes would cut it silently."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{argument} = {value!r}: must be a whole number") from None
    if not least <= number <= most:
        raise refuse(f"{argument} = {number}: must be between {least} and {most}")
    return number


def signed(argument, value):
    return integer(argument, value, -(2**63), 2**63 - 1)


def unsigned(argument, value):
    return integer(argument, value, 0, 2**64 - 1)


def scalar(argument, value, real):
    """A factor as that type of C's has it, rounded to nearest."""
    try:
        number = float(value)
    except TypeError:
        raise TypeError(f"{argument} = {value!r}: must be a real number") from None
    converted = real(number).value
    if math.isinf(converted) and not math.isinf(number):
        raise refuse(f"{argument} = {number}: is beyond the largest float32")
    return converted
