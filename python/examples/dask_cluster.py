"""Two worker processes on this machine, one of which is killed on the way: the bits of a serial run."""

import os
import signal

from _shared import size

import abreast

try:
    import dask.array as da
    from distributed import Client, LocalCluster

    import abreast.dask
except ImportError:
    print("there is no Dask here: pip install 'dask[array,distributed]'")
    raise SystemExit(0)


def main():
    n = size(20_000_003, 2_000_003)
    x, y = abreast.uniform(n, 1), abreast.uniform(n, 2)
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster:
        with Client(cluster) as client:
            print("workers and their levels:", abreast.dask.check(client))
            cut = da.from_array(x, 500_000), da.from_array(y, 500_000)
            result = client.compute(abreast.dask.dot(*cut, per_task=65_536))
            victim = next(iter(client.run(os.getpid).values()))
            os.kill(victim, signal.SIGKILL)
            print(f"killed worker process {victim}")
            dot = result.result()
            print(f"on workers {float(dot)!r}, serially {float(abreast.dot(x, y))!r}")
            assert abreast.hash(dot) == abreast.hash(abreast.dot(x, y))
    print("So: what a dead worker had not given back is made again, with the same bits.")


if __name__ == "__main__":
    main()
