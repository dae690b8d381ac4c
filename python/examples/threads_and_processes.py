"""Two threads of Python's: a loop in Python keeps the global lock, a call of abreast lets go of it."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from _shared import in_turns, same, size

import abreast

N = size(200_000_000, 2_000_000)


def in_python(n):
    return sum(i for i in range(n // 1000))


def main():
    halves = [(N // 2, 42, 0), (N - N // 2, 42, N // 2)]
    with ThreadPoolExecutor(2) as threads, ProcessPoolExecutor(2) as processes:
        print("a Python loop")
        same(in_turns({
            "twice": lambda: [in_python(N), in_python(N)],
            "on two threads": lambda: list(threads.map(in_python, [N, N])),
            "in two processes": lambda: list(processes.map(in_python, [N, N])),
        }))
        print(f"{N} points of pi")
        same(in_turns({
            "abreast": lambda: abreast.pi_hits(N),
            "on two of Python's threads": lambda: sum(threads.map(hits, halves)),
            "on two of abreast's threads": lambda: abreast.pi_hits(N, threads=2),
            "in two processes": lambda: sum(processes.map(hits, halves)),
        }))
    print("So: threads of Python's share a machine while they are in a kernel.")


def hits(half):
    n, seed, first = half
    return abreast.pi_hits(n, seed, first=first)


if __name__ == "__main__":
    main()
