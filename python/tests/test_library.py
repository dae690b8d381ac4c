"""The declarations are the header's; threads run beside a call; a fork makes pools of its own."""

import ctypes
import multiprocessing
import re
import sys
import threading
import time
import unittest
from pathlib import Path

import numpy as np

import abreast
from abreast import _library

CHECKOUT = Path(__file__).parents[2]

# What ctypes has for each type of the header.
TYPES = {
    "size_t": ctypes.c_size_t, "double": ctypes.c_double, "float": ctypes.c_float, "int64_t": ctypes.c_int64,
    "uint64_t": ctypes.c_uint64, "uint32_t": ctypes.c_uint32, "abreast_level": ctypes.c_int32,
    "abreast_layout": ctypes.c_int32, "abreast_transpose": ctypes.c_int32, "abreast_pool": _library.Pool,
    "abreast_sample": _library.Sample, "abreast_options": _library.Options, "abreast_view": _library.View,
}


def declared():
    """The functions of abreast.h that return a status, with the types of their arguments."""
    header = re.sub(r"/\*.*?\*/", "", (CHECKOUT / "capi/include/abreast.h").read_text(), flags=re.S)
    found = re.findall(r"^abreast_status abreast_(\w+)\(([^;]*)\);", header, flags=re.M)
    return {name: [argument.strip() for argument in arguments.split(",")] for name, arguments in found}


def fits(argument, declaration):
    """Whether a declaration for ctypes is that of the header: pointers to arrays may be plain addresses."""
    words = [word for word in re.sub(r"\b(const|struct)\b|\*", "", argument).split()]
    stars = argument.count("*")
    if stars == 0:
        return declaration is TYPES[words[0]]
    if declaration is ctypes.c_void_p:
        return words[0] in ("double", "float", "int64_t", "uint32_t", "void", "char")
    if words[0] == "char":
        return declaration is (ctypes.c_char_p if stars == 1 else ctypes.POINTER(ctypes.c_char_p))
    return declaration is ctypes.POINTER(TYPES[words[0]])


class Library(unittest.TestCase):
    def test_declarations_are_those_of_the_header(self):
        header = declared()
        self.assertLessEqual(set(_library.SIGNATURES), set(header))
        for name, declarations in _library.SIGNATURES.items():
            self.assertEqual(len(header[name]), len(declarations), name)
            for argument, declaration in zip(header[name], declarations):
                self.assertTrue(fits(argument, declaration), f"{name}: {argument}: {declaration}")

    def test_the_version_is_that_of_the_workspace(self):
        manifest = (CHECKOUT / "Cargo.toml").read_text()
        self.assertEqual(abreast.__version__, re.search(r'(?m)^version = "([^"]+)"', manifest)[1])

    def test_the_example_of_the_readme_runs(self):
        readme = (CHECKOUT / "python" / "README.md").read_text()
        first = re.search(r"```python\n(.*?)```", readme, re.S)[1]
        names = {}
        exec(first, names)
        self.assertEqual(names["c"].shape, (1000, 1000))

    def test_a_wrong_abi_is_refused(self):
        with self.assertRaises(abreast.Failure) as caught:
            _library.function("check_abi")(_library.ABI + 1, 0, 0)
        self.assertEqual(caught.exception.status, "ABREAST_ABI_MISMATCH")


class Threads(unittest.TestCase):
    def test_other_threads_run_during_a_call(self):
        # No thread is made to give way but by a call that lets go of the lock.
        usual = sys.getswitchinterval()
        inside, seen = [False], threading.Event()

        def call():
            for _ in range(500):
                if seen.is_set():
                    return
                inside[0] = True
                abreast.pi_hits(30_000_000)
                inside[0] = False

        thread = threading.Thread(target=call)
        sys.setswitchinterval(1000)
        try:
            thread.start()
            while thread.is_alive() and not seen.is_set():
                if inside[0]:
                    seen.set()
                time.sleep(0)
        finally:
            found = seen.is_set()
            seen.set()
            thread.join()
            sys.setswitchinterval(usual)
        self.assertTrue(found, "no other thread ran during a call of pi_hits")

    def test_threads_share_pools_and_keep_their_own_errors(self):
        x = abreast.uniform(200_000)
        right, wrong = abreast.dot(x, x), []

        def work(number):
            for _ in range(20):
                if abreast.dot(x, x, threads=2) != right:
                    wrong.append("other bits")
                try:
                    abreast.range_sum(-number)
                except ValueError as why:
                    if not str(why).startswith(f"n = -{number}:"):
                        wrong.append(str(why))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    @unittest.skipUnless("fork" in multiprocessing.get_all_start_methods(), "there is no fork")
    def test_a_fork_makes_pools_of_its_own(self):
        x = np.ones(200_000)
        self.assertEqual(abreast.sum(x, threads=2), 200_000)
        with multiprocessing.get_context("fork").Pool(1) as pool:
            self.assertEqual(pool.apply_async(abreast.sum, (x,), {"threads": 2}).get(60), 200_000)
        self.assertEqual(abreast.sum(x, threads=2), 200_000)


if __name__ == "__main__":
    unittest.main()
