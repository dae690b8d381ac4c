"""What the examples share: sizes by --quick, and times of several ways taken in turns."""

import statistics
import sys
import time

QUICK = "--quick" in sys.argv
ROUNDS = 3 if QUICK else 9


def size(usual, quick):
    return quick if QUICK else usual


def numba_or_none():
    """numba, where it is installed."""
    try:
        import numba
    except ImportError:
        print("(there is no numba here: pip install numba shows it beside the others)")
        return None
    return numba


def in_turns(ways):
    """Calls each way once before anything is timed, then all in turns; prints median times, gives the results."""
    results = {name: way() for name, way in ways.items()}
    times = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            times[name].append(time.perf_counter() - began)
    for name, taken in times.items():
        middle = statistics.median(taken)
        print(f"    {name:<28} {1e3 * middle:10.3f} ms   (of {ROUNDS} rounds; {1e3 * min(taken):.3f} to {1e3 * max(taken):.3f})")
    return results


def same(results):
    """Asserts that all results are equal, bit for bit, and gives one."""
    import abreast

    hashes = {name: abreast.hash(result) for name, result in results.items()}
    assert len(set(hashes.values())) == 1, hashes
    return next(iter(results.values()))
