"""From numpy arrays to addresses: what C can read where it lies is passed as it is, the rest is copied.

Copied are arrays that are not of this machine's byte order, not aligned for their elements, or whose elements do
not lie side by side; of a matrix, rows or columns need to. `copy=False` refuses what would have to be copied.
"""

import numpy as np

from ._errors import refuse

REAL = {np.dtype(np.float64): "d", np.dtype(np.float32): "s"}
INTEGER = {np.dtype(np.int64): "q"}


def vector(name, x, copy, kinds=REAL):
    """`x` as one block of memory, and the letter of its type."""
    x, letter = _checked(name, x, 1, kinds)
    why = _unreadable(x) or (None if x.flags.c_contiguous else "is not contiguous")
    return _as_it_is_or_copied(name, x, why, copy), letter


def apart(name, x, other, copy):
    """`x`, or a copy if it may share memory with the array `other`, which will be written."""
    why = "shares memory with the output" if np.may_share_memory(x, other) else None
    return _as_it_is_or_copied(name, x, why, copy)


class Matrix:
    """A matrix where C finds it: its array, whether its rows ("C") or columns ("F") lie side by side, and how
    far they are apart."""

    def __init__(self, name, x, copy):
        x, self.letter = _checked(name, x, 2, REAL)
        layout = None if _unreadable(x) else _layout(x)
        why = _unreadable(x) or (None if layout else "is of rows and columns with gaps")
        self.array = _as_it_is_or_copied(name, x, why, copy)
        self.order, self.distance = layout or _layout(self.array)

    def apart(self, name, other, copy):
        """Copies the matrix if it may share memory with `other`."""
        array = apart(name, self.array, other, copy)
        if array is not self.array:
            self.array = array
            self.order, self.distance = _layout(array)


class Output:
    """An array that is updated: itself, or a copy that `finish` writes back."""

    def __init__(self, name, y, dims, copy):
        if not isinstance(y, np.ndarray):
            raise TypeError(f"{name} is a {type(y).__name__}: must be a numpy array, which is updated")
        if not y.flags.writeable:
            raise refuse(f"{name} is read-only: it is updated")
        if y.size and any(step == 0 and size > 1 for step, size in zip(y.strides, y.shape)):
            raise refuse(f"{name} has several elements at one address: it is updated")
        self.whole = y
        self.view = Matrix(name, y, copy) if dims == 2 else None
        self.array = self.view.array if self.view else vector(name, y, copy)[0]
        self.letter = REAL[self.array.dtype]

    def finish(self):
        """What was updated, updated."""
        if not np.may_share_memory(self.array, self.whole):
            self.whole[...] = self.array


def same_type(first, second):
    """Refuses arrays, given as (name, array), of two types."""
    (a, x), (b, y) = first, second
    if x.dtype != y.dtype:
        raise TypeError(f"{a} is of {x.dtype} and {b} of {y.dtype}: they must be of one type")


def _checked(name, x, dims, kinds):
    """`x` as an array of one of these types with so many dimensions."""
    if hasattr(x, "__dask_graph__"):
        raise TypeError(f"{name} is a Dask collection: see abreast.dask")
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(f"{name} is a masked array: its mask would be lost, fill it first")
    x = np.asarray(x)
    native = x.dtype.newbyteorder("=")
    if native not in kinds:
        known = " or ".join(str(kind) for kind in kinds)
        raise TypeError(f"{name} is of {x.dtype}: must be of {known}")
    if x.ndim != dims:
        rule = f"must have {dims} dimension{'s' if dims > 1 else ''}"
        raise refuse(f"{name} has shape {x.shape}: {rule}")
    return x, kinds[native]


def _unreadable(x):
    """Why C cannot read the elements, if so."""
    if not x.dtype.isnative:
        return "is of another byte order"
    return None if x.flags.aligned and x.ctypes.data % x.itemsize == 0 else "is not aligned"


def _as_it_is_or_copied(name, x, why, copy):
    if copy not in (None, False):
        raise refuse(f"copy = {copy!r}: must be None or False")
    if why is None:
        return x
    if copy is False:
        raise refuse(f"{name} {why}: it would have to be copied, which copy=False forbids")
    return np.array(x, dtype=x.dtype.newbyteorder("="), order="C", copy=True, subok=False)


def _layout(x):
    """How a readable matrix lies: which of its lines are dense, and how far they are apart; None if neither."""
    rows, cols = x.shape
    if x.size == 0:
        return "C", max(cols, 1)
    down, across = (step // x.itemsize for step in x.strides)
    if _dense(cols, across) and _apart(rows, down, cols):
        return "C", down if rows > 1 else cols
    if _dense(rows, down) and _apart(cols, across, rows):
        return "F", across if cols > 1 else rows
    return None


def _dense(size, step):
    return size == 1 or step == 1


def _apart(lines, step, size):
    return lines == 1 or step >= size
