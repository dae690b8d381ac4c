//! Products of one column, or of fewer than a short vector has elements: the sums of several rows are one
//! vector, whose terms come from small squares of A that are transposed in registers.
#![allow(clippy::needless_range_loop)] // by index, all rows and vectors walk together

use super::blocked::{BLOCK_ROWS, Product, Update, fused, scale, with_scratch};
use super::simd::Narrow;
use super::view::Shape;
use super::{Element, MatRef};
use crate::Error;
use fearless_simd::{Simd, SimdBase, SimdFloat};
use fearless_simd_macros::simd;

/// The whole product.
#[inline(always)]
pub(super) fn run<S: Simd, T: Narrow>(
    simd: S,
    product: &Product<'_, T>,
    c: &mut [T],
) -> Result<(), Error> {
    let Product { alpha, a, b, beta } = *product;
    let (cols, depth) = (b.cols(), a.cols());
    if alpha == T::default() || depth == 0 {
        scale(beta, c);
        return Ok(());
    }
    let dense = b.shape().row_stride == 1 || a.rows() < SHORT;
    if a.shape().col_stride != 1 || !dense {
        return copied(simd, product, c);
    }
    for j in 0..cols {
        let b = b.part(0..depth, j..j + 1);
        column(simd, a, b, Update { alpha, beta }, &mut c[j..], cols);
    }
    Ok(())
}

/// The same where rows of A or columns of B are not dense: block after block of copies.
#[inline(never)]
fn copied<S: Simd, T: Narrow>(simd: S, product: &Product<'_, T>, c: &mut [T]) -> Result<(), Error> {
    let Product { alpha, a, b, beta } = *product;
    let (rows, cols, depth) = (a.rows(), b.cols(), a.cols());
    for k in (0..depth).step_by(T::KC) {
        let ks = k..depth.min(k + T::KC);
        let update = Update { alpha, beta: if k == 0 { beta } else { T::from(1u8) } };
        for i in (0..rows).step_by(BLOCK_ROWS) {
            let a = a.part(i..rows.min(i + BLOCK_ROWS), ks.clone());
            with_scratch(|scratch| {
                let copy = scratch.a.copy(a)?;
                let shape = Shape {
                    row_stride: copy.stride as isize,
                    ..Shape::row_major(a.rows(), ks.len())
                };
                let a = MatRef::of(copy.at, shape);
                for j in 0..cols {
                    let b = scratch.b.copy(b.part(ks.clone(), j..j + 1).transposed())?;
                    let b = MatRef::of(b.at, Shape::row_major(ks.len(), 1));
                    column(simd, a, b, update, &mut c[i * cols + j..], cols);
                }
                Ok(())
            })?;
        }
    }
    Ok(())
}

/// Rows that are summed side by side: one addition waits for the one before, so there must be several.
const MANY: usize = 16;
/// Fewer rows than these are summed one by one.
const SHORT: usize = 8;

/// One column. Rows of A are dense, and so is B unless A has fewer than `SHORT` rows.
#[simd]
fn column<S: Simd, T: Narrow>(
    simd: S,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    update: Update<T>,
    c: &mut [T],
    stride: usize,
) {
    let mut i = 0;
    while i < a.rows() {
        let left = a.rows() - i;
        let rows = match left {
            MANY.. => MANY,
            SHORT.. => SHORT,
            _ => left,
        };
        let mut update = update;
        for k in (0..b.rows()).step_by(T::KC) {
            let ks = k..b.rows().min(k + T::KC);
            let (a, b) = (a.part(i..i + rows, ks.clone()), b.part(ks, 0..1));
            let c = &mut c[i * stride..];
            match rows {
                MANY if const { T::Quarter::<S>::LEN == 2 } => {
                    several::<S, T, 2, MANY>(simd, a, b, update, c, stride)
                }
                MANY => several::<S, T, 4, MANY>(simd, a, b, update, c, stride),
                SHORT if const { T::Quarter::<S>::LEN == 2 } => {
                    several::<S, T, 2, SHORT>(simd, a, b, update, c, stride)
                }
                SHORT => several::<S, T, 4, SHORT>(simd, a, b, update, c, stride),
                7 => few::<S, T, 7>(simd, a, b, update, c, stride),
                6 => few::<S, T, 6>(simd, a, b, update, c, stride),
                5 => few::<S, T, 5>(simd, a, b, update, c, stride),
                4 => few::<S, T, 4>(simd, a, b, update, c, stride),
                3 => few::<S, T, 3>(simd, a, b, update, c, stride),
                2 => few::<S, T, 2>(simd, a, b, update, c, stride),
                _ => few::<S, T, 1>(simd, a, b, update, c, stride),
            }
            update.beta = T::from(1u8);
        }
        i += rows;
    }
}

/// Too few rows for a vector.
#[simd]
fn few<S: Simd, T: Element, const ROWS: usize>(
    _level: S,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    update: Update<T>,
    c: &mut [T],
    stride: usize,
) {
    let depth = a.cols();
    let mut rows = [a.row(0); ROWS];
    for i in 0..ROWS {
        rows[i] = &a.row(i)[..depth];
    }
    let mut sums = [T::default(); ROWS];
    for k in 0..depth {
        let b = b.at(k, 0);
        for i in 0..ROWS {
            sums[i] = fused::<S, T>(rows[i][k], b, sums[i]);
        }
    }
    for i in 0..ROWS {
        update.one::<S>(sums[i], &mut c[i * stride]);
    }
}

/// `ROWS` rows, `LEN` columns at a time: as many as a short vector has elements.
#[simd]
fn several<S: Simd, T: Narrow, const LEN: usize, const ROWS: usize>(
    simd: S,
    a: MatRef<'_, T>,
    b: MatRef<'_, T>,
    update: Update<T>,
    c: &mut [T],
    stride: usize,
) {
    let (squares, last) = b.transposed().row(0).as_chunks::<LEN>();
    let mut rows = [squares; ROWS];
    let mut rests = [last; ROWS];
    for i in 0..ROWS {
        let (row, rest) = a.row(i).as_chunks::<LEN>();
        (rows[i], rests[i]) = (&row[..squares.len()], &rest[..last.len()]);
    }
    let mut sums = [T::Quarter::<S>::splat(simd, T::default()); ROWS];
    for k in 0..squares.len() {
        for g in 0..ROWS / LEN {
            let mut square = [T::Quarter::<S>::splat(simd, T::default()); 4];
            for i in 0..LEN {
                square[i] = T::Quarter::<S>::from_slice(simd, &rows[g * LEN + i][k]);
            }
            let columns = transposed::<S, T::Quarter<S>, LEN>(square);
            for i in 0..LEN {
                let b = T::Quarter::<S>::splat(simd, squares[k][i]);
                sums[g] = columns[i].mul_add(b, sums[g]);
            }
        }
    }
    for i in 0..ROWS {
        let mut sum = sums[i / LEN][i % LEN];
        for k in 0..last.len() {
            sum = fused::<S, T>(rests[i][k], last[k], sum);
        }
        update.one::<S>(sum, &mut c[i * stride]);
    }
}

/// A square of 2 x 2 or 4 x 4.
#[inline(always)]
fn transposed<S: Simd, V: SimdFloat<S>, const LEN: usize>([a, b, c, d]: [V; 4]) -> [V; 4] {
    if LEN == 2 {
        return [a.zip_low(b), a.zip_high(b), c, d];
    }
    let (low, high) = (a.zip_low(c), a.zip_high(c));
    let (low2, high2) = (b.zip_low(d), b.zip_high(d));
    [low.zip_low(low2), low.zip_high(low2), high.zip_low(high2), high.zip_high(high2)]
}
