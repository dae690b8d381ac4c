"""Every kernel over numpy arrays has the hash that `abreast run` prints, by every variant, level and thread count."""

import math
import unittest
from pathlib import Path

import numpy as np

import abreast

SEED, NOT_SEED = 42, ~42 & (2**64 - 1)
HASHES = Path(__file__).parents[2] / "tests" / "hashes.txt"


def square(n, seed, dtype):
    return abreast.uniform(n * n, seed, dtype).reshape(n, n)


def vectors(n, dtype):
    return abreast.uniform(n, SEED, dtype), abreast.uniform(n, NOT_SEED, dtype)


def gemm(n, dtype, how):
    a, b, c = (square(n, seed, dtype) for seed in (SEED, NOT_SEED, SEED ^ 0x5EED))
    return abreast.gemm(a, b, c, alpha=0.75, beta=-0.5, **how)


def axpy(n, dtype, how):
    x, y = vectors(n, dtype)
    return abreast.axpy(math.e, x, y, **how)


def escape(n, how):
    side = math.isqrt(n)
    view = abreast.View(side, side, center=-1.1195 + 0.2718j, extent=0.005 + 0.005j, max_iter=256)
    return abreast.escape(view, **how)


F64, F32 = np.float64, np.float32

# The problems of `abreast run`, from numpy arrays.
PROBLEMS = {
    "range_sum": lambda n, how: abreast.range_sum(n, **how),
    "range_sums": None,
    "conditional_range_sum": lambda n, how: abreast.conditional_range_sum(n, **how),
    "sum": lambda n, how: abreast.sum(abreast.uniform(n, SEED), **how),
    "sum_f32": lambda n, how: abreast.sum(abreast.uniform(n, SEED, F32), **how),
    "sum_arange": lambda n, how: abreast.sum_arange(n, **how),
    "dot": lambda n, how: abreast.dot(*vectors(n, F64), **how),
    "dot_f32": lambda n, how: abreast.dot(*vectors(n, F32), **how),
    "axpy": lambda n, how: axpy(n, F64, how),
    "axpy_f32": lambda n, how: axpy(n, F32, how),
    "gemm": lambda n, how: gemm(n, F64, how),
    "gemm_f32": lambda n, how: gemm(n, F32, how),
    "pi": lambda n, how: abreast.pi_hits(n, SEED, **how),
    "escape": lambda n, how: escape(n, how),
}


def splitmix64(seed, i):
    mask = 2**64 - 1
    z = seed + (i + 1) * 0x9E3779B97F4A7C15 & mask
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
    z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
    return z ^ z >> 31


def range_sums(n, how):
    limits = np.array([splitmix64(SEED, k) >> 54 for k in range(n)], np.int64)
    return abreast.range_sums(limits, **how)


PROBLEMS["range_sums"] = range_sums


def checked_in():
    """(kernel, n, its hashes without and with fused multiply-add) of tests/hashes.txt."""
    lines = (line.split() for line in HASHES.read_text().splitlines() if not line.startswith("#"))
    return [(kernel, int(n), hashes) for kernel, n, *hashes in lines if n.isdigit()]


class Bits(unittest.TestCase):
    def test_the_hashes_are_those_of_the_repository(self):
        fused = abreast.levels() != ["v1"]
        tried = set()
        for kernel, n, hashes in checked_in():
            if n > 300_000:
                continue
            with self.subTest(kernel=kernel, n=n):
                self.assertEqual(abreast.hash(PROBLEMS[kernel](n, {})), hashes[-1 if fused else 0])
            tried.add(kernel)
        self.assertEqual(tried, set(abreast.kernels()))

    def test_every_variant_level_and_thread_count_has_the_same_bits(self):
        for kernel in abreast.kernels():
            n = {"gemm": 70, "gemm_f32": 70, "escape": 900, "range_sums": 100}.get(kernel, 140_003)
            for level in abreast.levels():
                ways = [{"variant": variant} for variant in abreast.variants(kernel)] + [{}, {"threads": 2}]
                for how in ways:
                    how["level"] = level
                    with self.subTest(kernel=kernel, **how):
                        expected = abreast.sample(kernel, n, SEED, level=level)
                        self.assertEqual(abreast.hash(PROBLEMS[kernel](n, how)), expected)
                        self.assertEqual(abreast.sample(kernel, n, SEED, **how), expected)

    def test_types_are_those_of_the_operands(self):
        for dtype in (F64, F32):
            x = abreast.uniform(10, dtype=dtype)
            results = [abreast.sum(x), abreast.dot(x, x), abreast.fold(abreast.sum_parts(x))]
            self.assertEqual({type(result) for result in results}, {dtype})
            self.assertEqual(abreast.gemm(x.reshape(5, 2), x.reshape(2, 5)).dtype, dtype)
        self.assertIs(type(abreast.range_sum(9)), int)
        self.assertEqual(abreast.pi(1_000_000, 1), 4 * abreast.pi_hits(1_000_000, 1) / 1_000_000)

    def test_the_empty_ones(self):
        none = np.zeros(0)
        self.assertEqual([abreast.sum(none), abreast.dot(none, none), abreast.fold(none)], [0, 0, 0])
        self.assertEqual(abreast.axpy(2, none, none).shape, (0,))
        self.assertEqual(abreast.gemm(np.ones((3, 0)), np.ones((0, 2))).tolist(), [[0, 0]] * 3)
        self.assertEqual(abreast.gemm(np.ones((0, 3)), np.ones((3, 2))).shape, (0, 2))
        self.assertEqual(abreast.escape(rows=range(5, 5)).shape, (0, 1200))
        self.assertEqual(abreast.pi_hits(0), 0)


class Pieces(unittest.TestCase):
    """Pieces, put together, have the bits of the whole."""

    def test_parts_from_pieces_fold_to_the_whole(self):
        for dtype, suffix in ((F64, ""), (F32, "_f32")):
            chunk = abreast.chunk("dot" + suffix)
            self.assertEqual(chunk, abreast.chunk("sum" + suffix))
            for n in (0, 1, chunk - 1, chunk, chunk + 1, 7 * chunk + 13):
                x, y = vectors(n, dtype)
                cuts = [0, 2 * chunk, 3 * chunk, n] if n > 3 * chunk else [0, n]
                pieces = [slice(a, b) for a, b in zip(cuts, cuts[1:])]
                dots = [abreast.dot_parts(x[p], y[p], threads=2) for p in pieces]
                sums = [abreast.sum_parts(x[p], variant="c") for p in pieces]
                with self.subTest(dtype=dtype, n=n):
                    self.assertEqual(abreast.hash(abreast.fold(np.concatenate(dots))), abreast.hash(abreast.dot(x, y)))
                    self.assertEqual(abreast.hash(abreast.fold(np.concatenate(sums))), abreast.hash(abreast.sum(x)))

    def test_the_fold_is_one_tree(self):
        def tree(parts):
            """The largest complete tree to the left, the same of the rest to the right."""
            if len(parts) == 1:
                return parts[0]
            left = 1 << (len(parts) - 1).bit_length() - 1
            return tree(parts[:left]) + tree(parts[left:])

        for dtype in (F64, F32):
            parts = abreast.uniform(300, 3, dtype)
            for n in range(1, 300):
                self.assertEqual(abreast.fold(parts[:n]), tree(parts[:n]), n)

    def test_hits_and_rows_from_anywhere(self):
        cuts = [0, 1, 262_143, 262_145, 600_000]
        hits = [abreast.pi_hits(b - a, 7, first=a) for a, b in zip(cuts, cuts[1:])]
        self.assertEqual(sum(hits), abreast.pi_hits(600_000, 7))
        view = abreast.View(37, 29, max_iter=60, c=-0.8 + 0.16j)
        rows = [abreast.escape(view, rows=range(a, b), threads=2) for a, b in ((0, 5), (5, 6), (6, 29))]
        self.assertTrue(np.array_equal(np.concatenate(rows), abreast.escape(view)))

    def test_a_product_does_not_show_how_it_was_cut(self):
        a, b = abreast.uniform(300 * 600).reshape(300, 600), abreast.uniform(600 * 310, 7).reshape(600, 310)
        whole = abreast.gemm(a, b)
        for rows, cols in ((32, 310), (7, 64), (300, 1), (1, 310)):
            for i in range(0, 300, max(rows, 37)):
                tile = abreast.gemm(a[i : i + rows], b[:, :cols])
                self.assertTrue(np.array_equal(tile, whole[i : i + rows, :cols]), (rows, cols, i))


if __name__ == "__main__":
    unittest.main()
