//! `gemm` with explicit vectors: sums in registers, two or three vectors of B across.

use super::blocked::{self, Micro, Product, Scratch, Update};
use super::{Element, Gemm, MatRef};
use crate::Error;
use crate::kernel::ChunkArgs;
use fearless_simd::{Simd, SimdBase, SimdFloat, SimdFloatElement, dispatch};
use fearless_simd_macros::simd;

pub(super) fn run<T: Element>(c: ChunkArgs<'_, '_, Gemm<T>>) -> Result<(), Error> {
    let product = Product::of(c.args, c.input, &c.chunk);
    blocked::with_scratch(
        |scratch| dispatch!(c.level.simd(), simd => tile(simd, product, c.out, scratch)),
    )
}

/// 32 registers hold 8 x 3 sums and what they are made of, 16 hold 6 x 2.
#[simd]
fn tile<S: Simd, T: Element>(
    simd: S,
    product: Product<'_, T>,
    c: &mut [T],
    scratch: &mut Scratch,
) -> Result<(), Error> {
    let bytes = T::Native::<S>::LEN * size_of::<T>();
    if bytes == 64 || cfg!(target_arch = "aarch64") {
        blocked::run(Registers::<S, 8, 3>(simd), product, c, scratch)
    } else {
        blocked::run(Registers::<S, 6, 2>(simd), product, c, scratch)
    }
}

/// A micro-kernel of `MR x ACROSS` vectors.
#[derive(Clone, Copy)]
struct Registers<S, const MR: usize, const ACROSS: usize>(S);

type Sums<S, T, const MR: usize, const ACROSS: usize> =
    [[<T as SimdFloatElement>::Native<S>; ACROSS]; MR];

impl<S: Simd, T: Element, const ROWS: usize, const ACROSS: usize> Micro<T>
    for Registers<S, ROWS, ACROSS>
{
    const MR: usize = ROWS;
    const NR: usize = ACROSS * T::Native::<S>::LEN;

    #[inline(always)]
    fn packed(self, a: &[T], b: &[T], update: Update<T>, c: &mut [T], stride: usize) {
        packed::<S, T, ROWS, ACROSS>(self.0, a, b, update, c, stride);
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
        direct::<S, T, ROWS, ACROSS>(self.0, a, b, update, c, stride);
    }
}

#[simd]
fn packed<S: Simd, T: Element, const MR: usize, const ACROSS: usize>(
    simd: S,
    a: &[T],
    b: &[T],
    update: Update<T>,
    c: &mut [T],
    stride: usize,
) {
    let mut sums = [[T::Native::<S>::splat(simd, T::default()); ACROSS]; MR];
    let rows_of_b = b.chunks_exact(ACROSS * T::Native::<S>::LEN);
    for (a, b) in a.chunks_exact(MR).zip(rows_of_b) {
        step(
            simd,
            &mut sums,
            #[inline(always)]
            |i| a[i],
            b,
        );
    }
    store(simd, &sums, update, c, stride);
}

#[simd]
fn direct<S: Simd, T: Element, const MR: usize, const ACROSS: usize>(
    simd: S,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    update: Update<T>,
    c: &mut [T],
    stride: usize,
) {
    let nr = ACROSS * T::Native::<S>::LEN;
    let mut sums = [[T::Native::<S>::splat(simd, T::default()); ACROSS]; MR];
    let mut rows = [a.row(0); MR];
    for (i, row) in rows.iter_mut().enumerate() {
        *row = &a.row(i.min(a.rows() - 1))[..b.rows()];
    }
    #[allow(clippy::needless_range_loop)] // by index, all rows of A walk together
    for k in 0..b.rows() {
        step(
            simd,
            &mut sums,
            #[inline(always)]
            |i| rows[i][k],
            &b.row(k)[..nr],
        );
    }
    store(simd, &sums, update, c, stride);
}

/// One column of A times one row of B, added to the sums.
#[inline(always)]
fn step<S: Simd, T: Element, const MR: usize, const ACROSS: usize>(
    simd: S,
    sums: &mut Sums<S, T, MR, ACROSS>,
    a: impl Fn(usize) -> T,
    b: &[T],
) {
    let width = T::Native::<S>::LEN;
    let mut row = [T::Native::<S>::splat(simd, T::default()); ACROSS];
    for (vector, b) in row.iter_mut().zip(b.chunks_exact(width)) {
        *vector = T::Native::<S>::from_slice(simd, b);
    }
    for (i, sums) in sums.iter_mut().enumerate() {
        let a = T::Native::<S>::splat(simd, a(i));
        for (sum, b) in sums.iter_mut().zip(row) {
            *sum = a.mul_add(b, *sum);
        }
    }
}

/// `c <- alpha * sums + beta * c`.
#[inline(always)]
fn store<S: Simd, T: Element, const MR: usize, const ACROSS: usize>(
    simd: S,
    sums: &Sums<S, T, MR, ACROSS>,
    update: Update<T>,
    c: &mut [T],
    stride: usize,
) {
    let width = T::Native::<S>::LEN;
    let alpha = T::Native::<S>::splat(simd, update.alpha);
    for (i, sums) in sums.iter().enumerate() {
        let row = &mut c[i * stride..i * stride + ACROSS * width];
        for (sum, c) in sums.iter().zip(row.chunks_exact_mut(width)) {
            let old = match update.beta == T::default() {
                true => T::Native::<S>::splat(simd, T::default()),
                false => T::Native::<S>::from_slice(simd, c) * update.beta,
            };
            alpha.mul_add(*sum, old).store_slice(c);
        }
    }
}
