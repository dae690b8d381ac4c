"""asyncio: kernels on threads of its own, and a loop that goes on meanwhile."""

import asyncio

from _shared import size

import abreast

N = size(100_000_000, 3_000_000)


async def ticks(done):
    """Counts how often the loop comes round."""
    count = 0
    while not done.is_set():
        count += 1
        await asyncio.sleep(0)
    return count


async def main():
    done = asyncio.Event()
    ticking = asyncio.create_task(ticks(done))
    pieces = [asyncio.to_thread(abreast.pi_hits, N // 4, first=i * (N // 4)) for i in range(4)]
    hits = await asyncio.gather(*pieces)
    done.set()
    print(f"{sum(hits)} hits in four pieces; the loop came round {await ticking} times meanwhile")
    assert sum(hits) == abreast.pi_hits(N // 4 * 4)
    print("So: a call that lets go of the global lock leaves the loop alone.")


asyncio.run(main())
