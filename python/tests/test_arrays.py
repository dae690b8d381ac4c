"""Arrays of every kind: read where they lie, copied when they must be, or refused by name."""

import pickle
import unittest

import numpy as np

import abreast

N = 70_001


def misaligned(x):
    """The same numbers, one byte off."""
    room = np.zeros(x.nbytes + 1, np.uint8)
    other = room[1:].view(x.dtype).reshape(x.shape)
    other[...] = x
    assert not other.flags.aligned
    return other


def strided(x):
    room = np.zeros((x.size, 3), x.dtype)
    room[:, 1] = x
    return room[:, 1]


def backwards(x):
    return np.ascontiguousarray(x[::-1])[::-1]


def foreign(x):
    return x.astype(x.dtype.newbyteorder(">" if x.dtype.isnative and np.little_endian else "<"))


def read_only(x):
    x = x.copy()
    x.flags.writeable = False
    return x


COPIED = {"not aligned": misaligned, "not contiguous": strided, "of another byte order": foreign}
ALL = [misaligned, strided, backwards, foreign, read_only]


class Arrays(unittest.TestCase):
    def refused(self, kind, words, call, *arguments, **keywords):
        with self.assertRaises(kind) as caught:
            call(*arguments, **keywords)
        self.assertIn(words, str(caught.exception))
        return caught.exception

    def test_every_way_to_lie_in_memory_has_the_same_bits(self):
        for dtype in (np.float64, np.float32):
            x, y = abreast.uniform(N, 1, dtype), abreast.uniform(N, 2, dtype)
            right = abreast.sum(x), abreast.dot(x, y), abreast.axpy(0.1, x, y.copy())
            for change in ALL:
                with self.subTest(dtype=dtype, change=change.__name__):
                    self.assertEqual(abreast.sum(change(x)), right[0])
                    self.assertEqual(abreast.dot(change(x), y), right[1])
                    self.assertEqual(abreast.dot(x, change(y)), right[1])
                    self.assertTrue(np.array_equal(abreast.axpy(0.1, change(x), y.copy()), right[2]))
                    if change is not read_only:
                        out = change(y)
                        self.assertIs(abreast.axpy(0.1, x, out), out)
                        self.assertTrue(np.array_equal(out, right[2]))
        limits = np.arange(100)
        for change in ALL:
            self.assertEqual(abreast.range_sums(change(limits))[99], abreast.range_sum(99))

    def test_what_is_copied_is_said_and_can_be_forbidden(self):
        x = abreast.uniform(N)
        for words, change in COPIED.items():
            words = f"is {words}: it would have to be copied, which copy=False forbids"
            self.refused(ValueError, "x " + words, abreast.sum, change(x), copy=False)
            self.refused(ValueError, "y " + words, abreast.dot, x, change(x), copy=False)
            self.refused(ValueError, "y " + words, abreast.axpy, 1, x, change(x), copy=False)
            self.refused(ValueError, "parts " + words, abreast.fold, change(x), copy=False)
        self.assertEqual(abreast.dot(read_only(x), x[:], copy=False), abreast.dot(x, x))
        self.refused(ValueError, "x shares memory with the output", abreast.axpy, 1, x, x, copy=False)
        self.refused(ValueError, "copy = True: must be None or False", abreast.sum, x, copy=True)

    def test_an_update_of_itself_reads_before_it_writes(self):
        for x in (lambda y: y, lambda y: y[::-1]):
            y = abreast.uniform(N)
            right = abreast.axpy(2.0, x(y).copy(), y.copy())
            self.assertTrue(np.array_equal(abreast.axpy(2.0, x(y), y), right))
        a = abreast.uniform(81).reshape(9, 9)
        right = abreast.gemm(a, a)
        self.assertTrue(np.array_equal(abreast.gemm(a, a, a), right))
        self.assertTrue(np.array_equal(a, right))

    def test_other_types_are_refused_by_name(self):
        for dtype in ("float16", "int64", "int32", "bool", "complex128", "object", "U3", "longdouble", "M8[s]"):
            x = np.zeros(3, dtype)
            if x.dtype == np.float64:
                continue
            for call in (abreast.sum, abreast.sum_parts, abreast.fold):
                self.refused(TypeError, f"is of {x.dtype}: must be of float64 or float32", call, x)
            self.refused(TypeError, f"y is of {x.dtype}", abreast.dot, np.zeros(3), x)
            self.refused(TypeError, f"y is of {x.dtype}", abreast.axpy, 1, np.zeros(3), x)
            self.refused(TypeError, f"b is of {x.dtype}", abreast.gemm, np.eye(3), x.reshape(1, 3))
        self.refused(TypeError, "limits is of float64: must be of int64", abreast.range_sums, np.zeros(3))
        self.refused(TypeError, "limits is of int32: must be of int64", abreast.range_sums, np.zeros(3, np.int32))
        self.refused(TypeError, "x is of float64 and y of float32", abreast.dot, np.zeros(3), np.zeros(3, np.float32))
        self.refused(TypeError, "x is of float32 and y", abreast.axpy, 1, np.zeros(3, np.float32), np.zeros(3))
        self.refused(TypeError, "a is of float64 and c", abreast.gemm, np.eye(2), np.eye(2), np.eye(2, dtype="f"))
        self.refused(TypeError, "x is a masked array", abreast.sum, np.ma.masked_invalid([1.0, np.nan]))
        self.refused(TypeError, "x is of <U", abreast.sum, "text")
        self.refused(TypeError, "x is of object", abreast.sum, None)
        self.refused(TypeError, "objects have no bytes", abreast.hash, np.array([None]))
        self.refused(TypeError, "y is a list: must be a numpy array", abreast.axpy, 1, np.zeros(1), [1.0])

    def test_wrong_shapes_are_refused_by_name(self):
        self.refused(ValueError, "x has shape (): must have 1 dimension", abreast.sum, np.float64(3))
        self.refused(ValueError, "x has shape (): must have 1 dimension", abreast.sum, np.array(3.0))
        self.refused(ValueError, "x has shape (2, 2): must have 1 dimension", abreast.sum, np.eye(2))
        self.refused(ValueError, "a has shape (3,): must have 2 dimensions", abreast.gemm, np.ones(3), np.eye(3))
        self.refused(ValueError, "x has 3 elements and y has 4", abreast.dot, np.ones(3), np.ones(4))
        self.refused(ValueError, "x has 3 elements and y has 4", abreast.axpy, 1, np.ones(3), np.ones(4))
        self.refused(ValueError, "b has 3 rows: must be 2", abreast.gemm, np.eye(2), np.eye(3))
        self.refused(ValueError, "c has shape (2, 2): must be (3, 3)", abreast.gemm, np.eye(3), np.eye(3), np.eye(2))

    def test_outputs_that_cannot_be_updated_are_refused_and_left_alone(self):
        self.refused(ValueError, "y is read-only", abreast.axpy, 1, np.ones(3), read_only(np.ones(3)))
        self.refused(ValueError, "c is read-only", abreast.gemm, np.eye(2), np.eye(2), read_only(np.eye(2)))
        one = np.lib.stride_tricks.as_strided(np.zeros(1), (3,), (0,))
        self.refused(ValueError, "several elements at one address", abreast.axpy, 1, np.ones(3), one)
        for change in (np.copy, strided, misaligned, foreign):
            y = change(np.ones(3))
            self.refused(ValueError, "level = 'v9'", abreast.axpy, 2, np.ones(3), y, level="v9")
            self.refused(ValueError, "unknown variant 'rest'", abreast.axpy, 2, np.ones(3), y, variant="rest")
            self.assertEqual(y.tolist(), [1, 1, 1])


class Products(unittest.TestCase):
    """A matrix is read and updated in every layout."""

    def layouts(self, x):
        """The numbers of x in ways that C can read, and then in others."""
        rows, cols = x.shape
        room = np.zeros((rows + 3, cols + 5), x.dtype)
        room[1 : rows + 1, 2 : cols + 2] = x
        whole = np.zeros((2 * rows, 2 * cols), x.dtype)
        whole[::2, ::2] = x
        good = [x.copy(), np.asfortranarray(x), room[1 : rows + 1, 2 : cols + 2], np.asfortranarray(room)[1 : rows + 1, 2 : cols + 2]]
        bad = [whole[::2, ::2], np.ascontiguousarray(x[::-1])[::-1], misaligned(x), foreign(x)]
        return good, bad

    def test_every_layout_of_every_operand_has_the_same_bits(self):
        a, b, c = (abreast.uniform(m * n, m).reshape(m, n) for m, n in ((5, 9), (9, 4), (5, 4)))
        right = abreast.gemm(a, b, c.copy(), alpha=0.5, beta=2)
        for which in range(3):
            good, bad = self.layouts((a, b, c)[which])
            for x in good + bad:
                operands = [a, b, c.copy()]
                operands[which] = x
                copy = None if any(x is other for other in bad) else False
                result = abreast.gemm(*operands, alpha=0.5, beta=2, copy=copy)
                self.assertIs(result, operands[2])
                self.assertTrue(np.array_equal(result, right), (which, x.strides, x.dtype))
            for x in bad:
                operands = [a, b, c.copy()]
                operands[which] = x
                before = np.array(x)
                with self.assertRaises(ValueError):
                    abreast.gemm(*operands, copy=False)
                self.assertTrue(np.array_equal(before, x))

    def test_what_lies_between_the_rows_is_left_alone(self):
        room = np.full((6, 10), np.nan)
        abreast.gemm(np.eye(3), np.ones((3, 4)), room[1:4, 2:6])
        self.assertEqual(np.count_nonzero(~np.isnan(room)), 12)
        self.assertTrue((room[1:4, 2:6] == 1).all())

    def test_vectors_and_repeated_rows(self):
        for a in (np.ones((1, 3)), np.ones((3, 1)).T, np.broadcast_to(np.ones(3), (4, 3)), np.ones((4, 6))[:, ::2]):
            self.assertTrue((abreast.gemm(a, np.ones((3, 1))) == 3).all())
        self.assertTrue((abreast.gemm(np.ones((3, 1)), np.ones((6, 2))[::6]) == 1).all())


class Numbers(unittest.TestCase):
    refused = Arrays.refused

    def test_numbers_that_do_not_fit_are_refused_and_never_cut(self):
        for call in (abreast.range_sum, abreast.conditional_range_sum):
            self.refused(ValueError, "n = -1: must be between 0", call, -1)
            self.refused(ValueError, "n = 18446744073709551616: must be between", call, 2**64)
            self.refused(TypeError, "n = 1.0: must be a whole number", call, 1.0)
        self.refused(ValueError, "n = -1: must be between 0", abreast.sum_arange, -1)
        self.refused(ValueError, "n = -1: must be between 0", abreast.pi_hits, -1)
        self.refused(ValueError, "seed = -1: must be between 0", abreast.pi_hits, 1, -1)
        self.refused(ValueError, "first + n", abreast.pi_hits, 2**62, first=2**62)
        self.refused(ValueError, "n = 0: must be at least 1", abreast.pi, 0)
        self.refused(TypeError, "alpha = 1j: must be a real number", abreast.axpy, 1j, np.ones(1), np.ones(1))
        f32 = np.ones(1, np.float32)
        self.refused(ValueError, "alpha = 1e+300: is beyond", abreast.axpy, 1e300, f32, f32.copy())
        self.refused(ValueError, "beta = 1.0: there is no c", abreast.gemm, np.eye(2), np.eye(2), beta=1)
        self.refused(ValueError, "limits[1] = -1", abreast.range_sums, np.array([1, -1]))

    def test_options_that_mean_nothing_are_refused(self):
        x = np.ones(3)
        self.refused(ValueError, "unknown variant 'rest'; did you mean 'rust'?", abreast.sum, x, variant="rest")
        self.refused(ValueError, "must not have a zero byte", abreast.sum, x, variant="rust\0")
        self.refused(TypeError, "variant = 3: must be a str", abreast.sum, x, variant=3)
        self.refused(ValueError, "level = 'v2': must be one of v1, v3, v4, neon", abreast.sum, x, level="v2")
        self.refused(ValueError, "threads = 0: must be", abreast.sum, x, threads=0)
        self.refused(ValueError, "threads = 4294967297: must be", abreast.sum, x, threads=2**32 + 1)
        self.refused(TypeError, "threads = 2.5: must be a whole number", abreast.sum, x, threads=2.5)
        missing = next(level for level in ("v1", "neon") if level not in abreast.levels())
        why = self.refused(ValueError, "does not have", abreast.sum, x, level=missing)
        self.assertEqual(why.status, "ABREAST_LEVEL")
        self.refused(ValueError, "did you mean 'dot'?", abreast.variants, "dott")
        self.refused(ValueError, "unknown kernel with parts 'axpy'", abreast.chunk, "axpy")

    def test_views_that_are_no_picture_are_refused(self):
        view = abreast.View
        self.refused(ValueError, "iter = 0", abreast.escape, view(max_iter=0))
        self.refused(ValueError, "size = 0x4", abreast.escape, view(width=0, height=4))
        self.refused(ValueError, "size = 1099511627776x1099511627776", abreast.escape, view(2**40, 2**40))
        self.refused(ValueError, "height = 18446744073709551616", abreast.escape, view(height=2**64))
        self.refused(ValueError, "extent", abreast.escape, view(extent=0j))
        self.refused(ValueError, "width = -1", abreast.escape, view(width=-1))
        self.refused(ValueError, "rows.stop = 5: must be between 0 and 4", abreast.escape, view(height=4), rows=range(5))
        self.refused(ValueError, "rows.start = -1", abreast.escape, rows=range(-1, 3))
        self.refused(TypeError, "must be a range with step 1", abreast.escape, rows=range(0, 4, 2))
        self.refused(TypeError, "view is a dict", abreast.escape, {})

    def test_errors_say_what_they_are_and_can_be_pickled(self):
        why = self.refused(abreast.ArgumentError, "n = -1", abreast.range_sum, -1)
        again = pickle.loads(pickle.dumps(why))
        self.assertEqual((type(again), again.status, str(again)), (type(why), "ABREAST_ARGUMENT", str(why)))
        self.refused(MemoryError, "could not allocate", abreast.sample, "dot", 2**62)


if __name__ == "__main__":
    unittest.main()
