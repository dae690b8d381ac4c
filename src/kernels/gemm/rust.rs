//! `gemm` in plain Rust: a small square of sums, and the compiler does the rest.

use super::blocked::{self, Micro, Product, Tile, fused, has_32_registers};
use super::{Element, Gemm};
use crate::Error;
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use fearless_simd::{Simd, SimdBase};
use fearless_simd_macros::simd;

pub(super) fn run<T: Element>(mut c: ChunkArgs<'_, '_, Gemm<T>>) -> Result<(), Error> {
    at_level!(c.level, level => tiled(level, &mut c))
}

/// Two vectors across: half of the registers then hold sums. What a level does not use is not compiled for it: hence `const`.
#[simd]
fn tiled<S: Simd, T: Element>(level: S, c: &mut ChunkArgs<'_, '_, Gemm<T>>) -> Result<(), Error> {
    let product = Product::of(c.args, c.input, &c.chunk);
    if const { T::Native::<S>::LEN == 16 } {
        blocked::run(Squares::<S, 32>(level), &product, &mut *c.out)
    } else if const { T::Native::<S>::LEN == 8 } {
        blocked::run(Squares::<S, 16>(level), &product, &mut *c.out)
    } else if const { T::Native::<S>::LEN == 4 } {
        blocked::run(Squares::<S, 8>(level), &product, &mut *c.out)
    } else {
        blocked::run(Squares::<S, 4>(level), &product, &mut *c.out)
    }
}

/// Rows of the largest square.
const fn most_rows<S: Simd>() -> usize {
    if has_32_registers::<S>() { 8 } else { 4 }
}

/// Micro-kernels of up to `COLS` sums in each row; `S` says for which level they are compiled.
#[derive(Clone, Copy)]
struct Squares<S, const COLS: usize>(S);

impl<S: Simd, T: Element, const COLS: usize> Micro<T> for Squares<S, COLS> {
    const WIDTH: usize = COLS;
    const ROWS: usize = most_rows::<S>();

    #[inline(always)]
    fn across(_: usize) -> usize {
        2
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
                16.. if const { COLS > 16 } => by_rows::<S, T, 16>(self.0, tile, b, c, stride),
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
    macro_rules! by_size {
        ($($rows:literal)*) => {
            match tile.rows {
                $($rows if const { $rows <= most_rows::<S>() } =>
                    square::<S, T, $rows, COLS>(level, tile, b, c, stride),)*
                _ => unreachable!("more than the registers hold"),
            }
        };
    }
    by_size!(1 2 3 4 5 6 7 8);
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
    for (k, b) in (0..tile.depth).zip(b.chunks(tile.b.stride)) {
        let mut column = [T::default(); ROWS];
        for (x, row) in column.iter_mut().zip(rows) {
            *x = row[k];
        }
        let Some(b) = b.first_chunk() else { unreachable!("B has COLS columns") };
        step::<S, T, ROWS, COLS>(&mut sums, &column, b);
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
    // Loops of this size are vectorised before they are unrolled, by columns if these are outside. Loops over 4 rows are
    // unrolled first: then rows outside make no more than one element of A wait in a register.
    if const { has_32_registers::<S>() } {
        for j in 0..COLS {
            for i in 0..ROWS {
                sums[i][j] = fused::<S, T>(a[i], b[j], sums[i][j]);
            }
        }
    } else {
        for i in 0..ROWS {
            for j in 0..COLS {
                sums[i][j] = fused::<S, T>(a[i], b[j], sums[i][j]);
            }
        }
    }
}
