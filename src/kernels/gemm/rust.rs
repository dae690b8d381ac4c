//! `gemm` in plain Rust: a small square of sums, and the compiler does the rest.

use super::blocked::{self, Micro, Product, Tile, fused};
use super::{Element, Gemm};
use crate::Error;
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use fearless_simd::{Simd, SimdBase};
use fearless_simd_macros::simd;

pub(super) fn run<T: Element>(mut c: ChunkArgs<'_, '_, Gemm<T>>) -> Result<(), Error> {
    at_level!(c.level, level => tiled(level, &mut c))
}

/// As many sums as the registers of the level can hold. What a level does not use is not compiled for it: hence `const`.
#[simd]
fn tiled<S: Simd, T: Element>(level: S, c: &mut ChunkArgs<'_, '_, Gemm<T>>) -> Result<(), Error> {
    let product = Product::of(c.args, c.input, &c.chunk);
    if const { T::Native::<S>::LEN == 16 } {
        blocked::run(Squares::<S, 16>(level), &product, &mut *c.out)
    } else if const { T::Native::<S>::LEN == 8 } {
        blocked::run(Squares::<S, 8>(level), &product, &mut *c.out)
    } else {
        blocked::run(Squares::<S, 4>(level), &product, &mut *c.out)
    }
}

/// Micro-kernels of up to `8 x COLS` sums; `S` says for which level they are compiled.
#[derive(Clone, Copy)]
struct Squares<S, const COLS: usize>(S);

impl<S: Simd, T: Element, const COLS: usize> Micro<T> for Squares<S, COLS> {
    const WIDTH: usize = COLS;
    const ROWS: usize = 8;

    #[inline(always)]
    fn across(_: usize) -> usize {
        4
    }

    /// Square after square, the last ones narrower.
    #[inline(always)]
    fn tile(self, tile: &Tile<'_, T>, c: &mut [T], stride: usize) {
        let mut done = 0;
        while done < tile.cols {
            let b = &tile.b.at[done..];
            let c = &mut c[done..];
            done += match tile.cols - done {
                left if left >= COLS => by_rows::<S, T, COLS>(self.0, tile, b, c, stride),
                8.. if const { COLS > 8 } => by_rows::<S, T, 8>(self.0, tile, b, c, stride),
                4.. if const { COLS > 4 } => by_rows::<S, T, 4>(self.0, tile, b, c, stride),
                2.. => by_rows::<S, T, 2>(self.0, tile, b, c, stride),
                _ => by_rows::<S, T, 1>(self.0, tile, b, c, stride),
            };
        }
    }
}

/// `COLS` columns of all rows of a tile, from the start of `b` and `c` on.
#[inline(always)]
fn by_rows<S: Simd, T: Element, const COLS: usize>(
    level: S,
    tile: &Tile<'_, T>,
    b: &[T],
    c: &mut [T],
    stride: usize,
) -> usize {
    match tile.rows {
        1 => square::<S, T, 1, COLS>(level, tile, b, c, stride),
        2 => square::<S, T, 2, COLS>(level, tile, b, c, stride),
        3 => square::<S, T, 3, COLS>(level, tile, b, c, stride),
        4 => square::<S, T, 4, COLS>(level, tile, b, c, stride),
        5 => square::<S, T, 5, COLS>(level, tile, b, c, stride),
        6 => square::<S, T, 6, COLS>(level, tile, b, c, stride),
        7 => square::<S, T, 7, COLS>(level, tile, b, c, stride),
        8 => square::<S, T, 8, COLS>(level, tile, b, c, stride),
        _ => unreachable!("a tile has at most 8 rows"),
    }
    COLS
}

#[simd]
fn square<S: Simd, T: Element, const ROWS: usize, const COLS: usize>(
    _level: S,
    tile: &Tile<'_, T>,
    b: &[T],
    c: &mut [T],
    stride: usize,
) {
    let mut sums = [[T::default(); COLS]; ROWS];
    let mut rows = [&tile.a.at[..tile.depth]; ROWS];
    for (i, row) in rows.iter_mut().enumerate() {
        *row = &tile.a.at[i * tile.a.stride..][..tile.depth];
    }
    let mut rest = b;
    for k in 0..tile.depth {
        let mut column = [T::default(); ROWS];
        for (x, row) in column.iter_mut().zip(rows) {
            *x = row[k];
        }
        let Some((b, _)) = rest.split_first_chunk() else { unreachable!("B has COLS columns") };
        step::<S, T, ROWS, COLS>(&mut sums, &column, b);
        rest = rest.get(tile.b.stride..).unwrap_or(&[]);
    }
    for (sums, row) in sums.iter().zip(c.chunks_mut(stride)) {
        for (sum, c) in sums.iter().zip(row) {
            tile.update.one::<S>(*sum, c);
        }
    }
}

/// One column of A times one row of B, added to the sums.
#[inline(always)]
fn step<S: Simd, T: Element, const ROWS: usize, const COLS: usize>(
    sums: &mut [[T; COLS]; ROWS],
    a: &[T; ROWS],
    b: &[T; COLS],
) {
    // Columns outside: a loop of this size is vectorised before it is unrolled.
    for j in 0..COLS {
        for i in 0..ROWS {
            sums[i][j] = fused::<S, T>(a[i], b[j], sums[i][j]);
        }
    }
}
