"""The Mandelbrot set by numpy, numba and abreast: the same counts, pixel by pixel."""

import tempfile
from pathlib import Path

import numpy as np
from _shared import in_turns, numba_or_none, same, size

import abreast

VIEW = abreast.View(size(256, 64), size(256, 64), center=-1.1195 + 0.2718j, extent=0.005 + 0.005j, max_iter=256)


def points():
    """The points of the pixels, as View says."""
    pitch = max(VIEW.extent.real / VIEW.width, VIEW.extent.imag / VIEW.height)
    re = VIEW.center.real + (np.arange(VIEW.width) - VIEW.width / 2) * pitch
    im = VIEW.center.imag + (np.arange(VIEW.height) - VIEW.height / 2) * pitch
    return np.broadcast_to(re, (VIEW.height, VIEW.width)), np.broadcast_to(im[:, None], (VIEW.height, VIEW.width))


def in_numpy():
    c_re, c_im = points()
    re, im = np.zeros_like(c_re), np.zeros_like(c_im)
    counts = np.full(c_re.shape, VIEW.max_iter, np.uint32)
    alive = np.ones(c_re.shape, bool)
    with np.errstate(over="ignore", invalid="ignore"):
        for n in range(1, VIEW.max_iter):
            re, im = re * re - im * im + c_re, (re + re) * im + c_im
            escaped = alive & ~(re * re + im * im <= 4)
            counts[escaped] = n
            alive &= ~escaped
    return counts


def by_numba(numba):
    @numba.njit
    def count(c_re, c_im, max_iter, counts):
        for j in range(counts.shape[0]):
            for i in range(counts.shape[1]):
                re = im = 0.0
                n = 1
                while n < max_iter:
                    re, im = re * re - im * im + c_re[j, i], (re + re) * im + c_im[j, i]
                    if not re * re + im * im <= 4:
                        break
                    n += 1
                counts[j, i] = n
        return counts

    return lambda: count(*points(), VIEW.max_iter, np.empty((VIEW.height, VIEW.width), np.uint32))


ways = {"numpy": in_numpy}
if numba := numba_or_none():
    ways["numba"] = by_numba(numba)
ways["abreast, C"] = lambda: abreast.escape(VIEW, variant="c")
ways["abreast, SIMD"] = lambda: abreast.escape(VIEW, variant="simd")
ways["abreast, 2 threads"] = lambda: abreast.escape(VIEW, threads=2)
print(f"{VIEW.width} x {VIEW.height} pixels")
counts = same(in_turns(ways))
picture = Path(tempfile.gettempdir()) / "abreast-mandelbrot.pgm"
shades = (counts % 256).astype(np.uint8)
picture.write_bytes(f"P5 {VIEW.width} {VIEW.height} 255\n".encode() + shades.tobytes())
print(f"the picture: {picture}")
print("So: the arithmetic is fixed, operation by operation, and so is every pixel.")
