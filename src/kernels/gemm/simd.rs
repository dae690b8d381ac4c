//! `gemm` with explicit vectors: sums in registers, up to three vectors of B across.
#![allow(clippy::needless_range_loop)] // by index, all rows and vectors walk together

use super::blocked::{self, Micro, Product, Tile, has_32_registers};
use super::columns;
use super::{Element, Gemm};
use crate::Error;
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use fearless_simd::{Simd, SimdBase, SimdFloat, f32x4, f32x8, f64x2, f64x4};
use fearless_simd_macros::simd;
use std::marker::PhantomData;

/// Elements with vectors that are narrower than the widest ones: for products that are narrower, too.
pub(super) trait Narrow: Element {
    /// 256 bits.
    type Half<S: Simd>: SimdFloat<S, Element = Self>;
    /// 128 bits.
    type Quarter<S: Simd>: SimdFloat<S, Element = Self>;
}

impl Narrow for f64 {
    type Half<S: Simd> = f64x4<S>;
    type Quarter<S: Simd> = f64x2<S>;
}

impl Narrow for f32 {
    type Half<S: Simd> = f32x8<S>;
    type Quarter<S: Simd> = f32x4<S>;
}

pub(super) fn run<T: Narrow>(mut c: ChunkArgs<'_, '_, Gemm<T>>) -> Result<(), Error> {
    // By reference: a copy of what has just been written takes longer than a small product.
    at_level!(c.level, simd => by_width(simd, &mut c))
}

/// With the widest vectors that a row of C fills. What is narrower than these at no level is not compiled: hence `const`.
#[simd]
fn by_width<S: Simd, T: Narrow>(simd: S, c: &mut ChunkArgs<'_, '_, Gemm<T>>) -> Result<(), Error> {
    let product = Product::of(c.args, c.input, &c.chunk);
    let cols = product.b.cols();
    if cols >= T::Native::<S>::LEN {
        blocked::run(Registers::<S, T::Native<S>>(simd, PhantomData), &product, &mut *c.out)
    } else if const { T::Half::<S>::LEN < T::Native::<S>::LEN } && cols >= T::Half::<S>::LEN {
        blocked::run(Registers::<S, T::Half<S>>(simd, PhantomData), &product, &mut *c.out)
    } else if const { T::Quarter::<S>::LEN < T::Native::<S>::LEN } && cols >= T::Quarter::<S>::LEN {
        blocked::run(Registers::<S, T::Quarter<S>>(simd, PhantomData), &product, &mut *c.out)
    } else {
        columns::run(simd, &product, &mut *c.out)
    }
}

/// Micro-kernels that hold their sums in vectors of the type `V`.
struct Registers<S, V>(S, PhantomData<V>);

impl<S: Copy, V> Clone for Registers<S, V> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S: Copy, V> Copy for Registers<S, V> {}

/// Vectors across a tile: in a single row as many as hide the latency of an addition. 32 registers hold 8 x 3 sums and what
/// they are made of, 16 hold 6 x 2.
const fn across<S: Simd>(rows: usize) -> usize {
    match rows {
        1 => 8,
        _ if has_32_registers::<S>() => 3,
        _ => 2,
    }
}

impl<S: Simd, T: Element, V: SimdFloat<S, Element = T>> Micro<T> for Registers<S, V> {
    const WIDTH: usize = V::LEN;
    const ROWS: usize = if has_32_registers::<S>() { 8 } else { 6 };

    #[inline(always)]
    fn across(rows: usize) -> usize {
        across::<S>(rows)
    }

    #[inline(always)]
    fn tile(self, tile: &Tile<'_, T>, c: &mut [T], stride: usize) {
        macro_rules! by_size {
            ($($rows:literal x $across:literal)*) => {
                match (tile.rows, tile.cols.div_ceil(V::LEN)) {
                    $(($rows, $across)
                        if const { $rows <= Self::ROWS && $across <= across::<S>($rows) } =>
                    {
                        sums::<S, T, V, $rows, $across>(self.0, tile, c, stride)
                    })*
                    _ => unreachable!("more than the registers hold"),
                }
            };
        }
        by_size!(
            1 x 1 1 x 2 1 x 3 1 x 4 1 x 5 1 x 6 1 x 7 1 x 8
            2 x 1 2 x 2 2 x 3 3 x 1 3 x 2 3 x 3 4 x 1 4 x 2 4 x 3 5 x 1 5 x 2 5 x 3
            6 x 1 6 x 2 6 x 3 7 x 1 7 x 2 7 x 3 8 x 1 8 x 2 8 x 3
        )
    }
}

/// `ROWS x ACROSS` vectors of sums. The last one across is moved to the left until it ends with the tile: what
/// it has in common with the one before comes out the same twice.
#[simd]
fn sums<
    S: Simd,
    T: Element,
    V: SimdFloat<S, Element = T>,
    const ROWS: usize,
    const ACROSS: usize,
>(
    simd: S,
    tile: &Tile<'_, T>,
    c: &mut [T],
    stride: usize,
) {
    let Tile { cols, depth, .. } = *tile;
    let mut at = [cols - V::LEN; ACROSS];
    for j in 0..ACROSS - 1 {
        at[j] = j * V::LEN;
    }
    let mut a = [&tile.a.at[..depth]; ROWS];
    for i in 1..ROWS {
        a[i] = &tile.a.at[i * tile.a.stride..][..depth];
    }
    let mut sums = [[V::splat(simd, T::default()); ACROSS]; ROWS];
    let mut b = tile.b.at;
    for k in 0..depth {
        let row = &b[..cols];
        let mut vectors = [V::splat(simd, T::default()); ACROSS];
        for j in 0..ACROSS {
            vectors[j] = V::from_slice(simd, &row[at[j]..at[j] + V::LEN]);
        }
        for i in 0..ROWS {
            let x = V::splat(simd, a[i][k]);
            for j in 0..ACROSS {
                sums[i][j] = x.mul_add(vectors[j], sums[i][j]);
            }
        }
        b = b.get(tile.b.stride..).unwrap_or(&[]);
    }
    let (alpha, zero) = (V::splat(simd, tile.update.alpha), V::splat(simd, T::default()));
    for i in 0..ROWS {
        let row = &mut c[i * stride..][..cols];
        // All are read before any is written.
        for j in 0..ACROSS {
            let old = match tile.update.beta == T::default() {
                true => zero,
                false => V::from_slice(simd, &row[at[j]..at[j] + V::LEN]) * tile.update.beta,
            };
            sums[i][j] = alpha.mul_add(sums[i][j], old);
        }
        for j in 0..ACROSS {
            sums[i][j].store_slice(&mut row[at[j]..at[j] + V::LEN]);
        }
    }
}
