"""On Dask's workers: the bits of a serial run whatever the chunks, the workers and their deaths."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import numpy as np

import abreast

try:
    import abreast.dask as on_dask
    import cloudpickle
    import dask.array as da
    from distributed import Client, LocalCluster
except ImportError as why:
    raise unittest.SkipTest(f"Dask is not here: {why}")

N = 1_000_003
CHUNKS = (N, 65_536, 70_000, 250_001, (1, 99_999, 900_003))


def on_loopback(workers):
    """Workers in processes of their own, of one thread each."""
    return LocalCluster(
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0", memory_limit=None
    )


class Lazily(unittest.TestCase):
    """What needs no worker process: Dask's own threads."""

    def refused(self, kind, words, call, *arguments, **keywords):
        with self.assertRaises(kind) as caught:
            call(*arguments, **keywords)
        self.assertIn(words, str(caught.exception))

    def test_any_chunks_have_the_serial_bits(self):
        for dtype in (np.float64, np.float32):
            x, y = abreast.uniform(N, 1, dtype), abreast.uniform(N, 2, dtype)
            for chunks in CHUNKS:
                for per_task in (1, None) if dtype is np.float32 else (1, 200_000, None):
                    dot = on_dask.dot(da.from_array(x, chunks), da.from_array(y, 99_999), per_task=per_task)
                    total = on_dask.sum(da.from_array(x, chunks), per_task=per_task, variant="cpp")
                    with self.subTest(dtype=dtype, chunks=chunks, per_task=per_task):
                        self.assertEqual((dot.shape, dot.dtype), ((), dtype))
                        self.assertEqual(abreast.hash(dot.compute()), abreast.hash(abreast.dot(x, y)))
                        self.assertEqual(abreast.hash(total.compute()), abreast.hash(abreast.sum(x)))

    def test_products_in_any_chunks_have_the_serial_bits(self):
        a, b = abreast.uniform(300 * 130).reshape(300, 130), abreast.uniform(130 * 210, 7).reshape(130, 210)
        right = abreast.gemm(a, b, alpha=0.3)
        for chunks in ((300, 130), (32, 50), (64, 130), (96, 7), (7, 130)):
            product = on_dask.gemm(da.from_array(a, chunks), da.from_array(b, (40, chunks[1])), alpha=0.3)
            self.assertEqual(product.shape, right.shape)
            self.assertTrue(np.array_equal(product.compute(), right), chunks)

    def test_points_and_pixels_in_any_pieces(self):
        for per_task in (1, 999, 10**6, None):
            n = 2000 if per_task == 1 else 300_001
            self.assertEqual(on_dask.pi_hits(n, 7, per_task=per_task).compute(), abreast.pi_hits(n, 7))
        self.assertEqual(on_dask.pi(300_001, 7, per_task=99).compute(), abreast.pi(300_001, 7))
        self.assertEqual(on_dask.pi_hits(0).compute(), 0)
        view = abreast.View(37, 29, max_iter=60)
        for per_task in (1, 100, None):
            picture = on_dask.escape(view, per_task=per_task, variant="c")
            self.assertEqual((picture.shape, picture.dtype), ((29, 37), np.uint32))
            self.assertTrue(np.array_equal(picture.compute(), abreast.escape(view)))

    def test_numpy_arrays_empty_ones_and_foreign_bytes(self):
        x = abreast.uniform(N)
        self.assertEqual(on_dask.dot(x, x).compute(), abreast.dot(x, x))
        self.assertEqual(on_dask.sum(x.astype(">f8")).compute(), abreast.sum(x))
        self.assertEqual(on_dask.sum(np.zeros(0)).compute(), 0)

    def test_bad_input_is_refused_before_anything_runs(self):
        x = da.ones(10, chunks=5)
        self.refused(ValueError, "x has 10 elements and y has 9", on_dask.dot, x, x[:9])
        self.refused(TypeError, "x is of float64 and y of float32", on_dask.dot, x, x.astype("f4"))
        self.refused(TypeError, "x is of int64: must be of float64", on_dask.sum, da.arange(5))
        self.refused(ValueError, "x has 2 dimensions: must have 1", on_dask.sum, da.ones((2, 2)))
        self.refused(ValueError, "x has chunks of unknown size", on_dask.sum, x[x > 0])
        self.refused(ValueError, "b has 3 rows: must be 2", on_dask.gemm, da.ones((2, 2)), da.ones((3, 2)))
        self.refused(ValueError, "per_task = 0", on_dask.sum, x, per_task=0)
        self.refused(ValueError, "per_task = -1", on_dask.pi_hits, 9, per_task=-1)
        self.refused(ValueError, "n = 0: must be at least 1", on_dask.pi, 0)
        for call in (on_dask.sum, on_dask.pi_hits, on_dask.escape):
            operand = {on_dask.sum: x, on_dask.pi_hits: 9, on_dask.escape: abreast.View()}[call]
            self.refused(TypeError, "'name'", call, operand, name="x")
        self.refused(TypeError, "'theads'", on_dask.gemm, x[None], x[:, None], theads=2)
        self.refused(ValueError, "iter = 0", on_dask.escape, abreast.View(max_iter=0))
        self.refused(TypeError, "x is a Dask collection: see abreast.dask", abreast.sum, x)


class OnWorkers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # The workers do not find this file by its name.
        cloudpickle.register_pickle_by_value(sys.modules[__name__])
        cls.cluster = on_loopback(2)
        cls.client = Client(cls.cluster)

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.cluster.close()

    def test_workers_have_the_bits_and_the_errors(self):
        levels = on_dask.check(self.client)
        self.assertEqual(list(levels.values()), [abreast.levels()] * 2)
        x, y = abreast.uniform(N, 1), abreast.uniform(N, 2)
        for chunks in CHUNKS[1:4]:
            dot = on_dask.dot(da.from_array(x, chunks), da.from_array(y, chunks), per_task=100_000)
            self.assertEqual(abreast.hash(dot.compute()), abreast.hash(abreast.dot(x, y)))
        self.assertEqual(on_dask.pi_hits(10**7, per_task=10**6, threads=2).compute(), abreast.pi_hits(10**7))
        view = abreast.View(300, 200)
        self.assertTrue(np.array_equal(on_dask.escape(view, per_task=5000).compute(), abreast.escape(view)))
        with self.assertRaises(abreast.ArgumentError) as caught:
            on_dask.sum(x, variant="rest").compute()
        self.assertIn("did you mean 'rust'?", str(caught.exception))

    def test_a_killed_worker_changes_no_bit(self):
        x, y = abreast.uniform(N, 1), abreast.uniform(N, 2)
        with tempfile.TemporaryDirectory() as folder:
            dying = da.from_array(x, 131_072).map_blocks(dies_in_block_1, folder, dtype=x.dtype)
            result = self.client.compute(on_dask.dot(dying, da.from_array(y, 131_072), per_task=1))
            pid = Path(folder) / "pid"
            until(pid.exists, "block 1 is being made")
            until(lambda: pid.read_text(), "its worker has a number")
            os.kill(int(pid.read_text()), signal.SIGKILL)
            self.assertEqual(abreast.hash(result.result(120)), abreast.hash(abreast.dot(x, y)))
            self.assertTrue((Path(folder) / "again").exists(), "block 1 was made once more")

    def test_a_worker_without_the_package_is_named(self):
        with LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster, Client(cluster) as client:
            # As if it were not installed there.
            code = "import sys; sys.modules['abreast'] = None; from distributed.cli.dask_worker import main; main()"
            command = [sys.executable, "-c", code, cluster.scheduler_address, "--no-nanny", "--no-dashboard"]
            with subprocess.Popen(command, stderr=subprocess.DEVNULL) as worker:
                try:
                    client.wait_for_workers(1, timeout=120)
                    with self.assertRaises(RuntimeError) as caught:
                        on_dask.check(client)
                    address = next(iter(client.scheduler_info()["workers"]))
                    self.assertIn(f"not all workers have abreast {abreast.__version__}: {address}", str(caught.exception))
                    x = da.ones(N, chunks=100_000)
                    view = abreast.View(30, 20)
                    for wanted in (on_dask.pi(1000), on_dask.escape(view), on_dask.dot(x, x), on_dask.gemm(x[None], x[:, None])):
                        with self.assertRaises(ImportError) as caught:
                            client.compute(wanted).result(120)
                        self.assertIn("this worker has no abreast.dask", str(caught.exception))
                finally:
                    worker.kill()


def dies_in_block_1(x, folder, block_info=None):
    """x; but the first worker that makes block 1 says who it is and waits to be killed."""
    if block_info is None or block_info[0]["chunk-location"] != (1,):
        return x
    try:
        with open(Path(folder) / "pid", "x") as file:
            file.write(str(os.getpid()))
    except FileExistsError:
        (Path(folder) / "again").touch()
        return x
    while True:
        time.sleep(1)


def until(condition, what):
    deadline = time.monotonic() + 120
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not in two minutes: {what}")
        time.sleep(0.01)


if __name__ == "__main__":
    unittest.main()
