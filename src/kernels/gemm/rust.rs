//! `gemm` in plain Rust: a small square of sums, and the compiler does the rest.

use super::blocked::{self, Micro, Product, Scratch, Update};
use super::{Element, Gemm, MatRef};
use crate::Error;
use crate::kernel::ChunkArgs;
use fearless_simd::{Simd, SimdBase, dispatch};
use fearless_simd_macros::simd;

pub(super) fn run<T: Element>(c: ChunkArgs<'_, '_, Gemm<T>>) -> Result<(), Error> {
    let product = Product::of(c.args, c.input, &c.chunk);
    blocked::with_scratch(
        |scratch| dispatch!(c.level.simd(), level => tile(level, product, c.out, scratch)),
    )
}

/// As many sums as the registers of the level can hold.
#[simd]
fn tile<S: Simd, T: Element>(
    level: S,
    product: Product<'_, T>,
    c: &mut [T],
    scratch: &mut Scratch,
) -> Result<(), Error> {
    match (T::Native::<S>::LEN, size_of::<T>()) {
        (16, _) => blocked::run(Square::<S, 8, 48>(level), product, c, scratch),
        (8, 8) => blocked::run(Square::<S, 8, 24>(level), product, c, scratch),
        _ => blocked::run(Square::<S, 4, 24>(level), product, c, scratch),
    }
}

/// A micro-kernel of `MR x NR` sums; `S` says for which level it is compiled.
#[derive(Clone, Copy)]
struct Square<S, const MR: usize, const NR: usize>(S);

impl<S: Simd, T: Element, const ROWS: usize, const COLS: usize> Micro<T> for Square<S, ROWS, COLS> {
    const MR: usize = ROWS;
    const NR: usize = COLS;

    #[inline(always)]
    fn packed(self, a: &[T], b: &[T], update: Update<T>, c: &mut [T], stride: usize) {
        packed::<S, T, ROWS, COLS>(self.0, a, b, update, c, stride);
    }

    #[inline(always)]
    fn direct(
        self,
        a: MatRef<'_, T>,
        b: MatRef<'_, T>,
        update: Update<T>,
        c: &mut [T],
        stride: usize,
    ) {
        direct::<S, T, ROWS, COLS>(self.0, a, b, update, c, stride);
    }
}

#[simd]
fn packed<S: Simd, T: Element, const MR: usize, const NR: usize>(
    _level: S,
    a: &[T],
    b: &[T],
    update: Update<T>,
    c: &mut [T],
    stride: usize,
) {
    let mut sums = [[T::default(); NR]; MR];
    for (a, b) in a.as_chunks::<MR>().0.iter().zip(b.as_chunks::<NR>().0) {
        step::<S, T, MR, NR>(&mut sums, a, b);
    }
    store::<S, T, MR, NR>(&sums, update, c, stride);
}

#[simd]
fn direct<S: Simd, T: Element, const MR: usize, const NR: usize>(
    _level: S,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    update: Update<T>,
    c: &mut [T],
    stride: usize,
) {
    let mut sums = [[T::default(); NR]; MR];
    let mut rows = [a.row(0); MR];
    for (i, row) in rows.iter_mut().enumerate() {
        *row = &a.row(i.min(a.rows() - 1))[..b.rows()];
    }
    for k in 0..b.rows() {
        let mut column = [T::default(); MR];
        for (x, row) in column.iter_mut().zip(rows) {
            *x = row[k];
        }
        let Some((b, _)) = b.row(k).split_first_chunk() else { unreachable!("B has NR columns") };
        step::<S, T, MR, NR>(&mut sums, &column, b);
    }
    store::<S, T, MR, NR>(&sums, update, c, stride);
}

/// One column of A times one row of B, added to the sums.
#[inline(always)]
fn step<S: Simd, T: Element, const MR: usize, const NR: usize>(
    sums: &mut [[T; NR]; MR],
    a: &[T; MR],
    b: &[T; NR],
) {
    // Columns outside: a loop of this size is vectorised before it is unrolled.
    for j in 0..NR {
        for i in 0..MR {
            sums[i][j] = fma::<S, T>(a[i], b[j], sums[i][j]);
        }
    }
}

/// `c <- alpha * sums + beta * c`.
#[inline(always)]
fn store<S: Simd, T: Element, const MR: usize, const NR: usize>(
    sums: &[[T; NR]; MR],
    update: Update<T>,
    c: &mut [T],
    stride: usize,
) {
    let zero = T::default();
    for (sums, row) in sums.iter().zip(c.chunks_mut(stride)) {
        for (sum, c) in sums.iter().zip(row) {
            let old = if update.beta == zero { zero } else { update.beta * *c };
            *c = fma::<S, T>(update.alpha, *sum, old);
        }
    }
}

/// `a * b + c`, fused where the level has an instruction for it.
#[inline(always)]
fn fma<S: Simd, T: Element>(a: T, b: T, c: T) -> T {
    let bytes = T::Native::<S>::LEN * size_of::<T>();
    if bytes > 16 || cfg!(target_arch = "aarch64") { a.fused(b, c) } else { a * b + c }
}
