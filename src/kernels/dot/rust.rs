//! `dot` in plain Rust: an array of lanes, and the compiler does the rest.

use super::{Dot, Element};
use crate::Error;
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use crate::simd::{Real, fold_lanes};
use fearless_simd::Simd;
use fearless_simd_macros::simd;

pub(super) fn run<T: Element>(c: ChunkArgs<'_, '_, Dot<T>>) -> Result<(), Error> {
    let (x, y) = c.input;
    c.out[0] = at_level!(c.level, level => dot(level, x, y));
    Ok(())
}

#[simd]
fn dot<S: Simd, T: Real>(_: S, x: &[T], y: &[T]) -> T {
    let (rows_x, rows_y) = (x.chunks_exact(T::LANES), y.chunks_exact(T::LANES));
    let (rest_x, rest_y) = (rows_x.remainder(), rows_y.remainder());
    let lanes = rows_x.zip(rows_y).fold(T::zero_lanes(), |lanes, (x, y)| add::<T>(lanes, x, y));
    fold_lanes::<T>(add::<T>(lanes, rest_x, rest_y))
}

/// Adds one row of products, or its beginning, to the lanes.
#[inline(always)]
fn add<T: Real>(mut lanes: T::Lanes, x: &[T], y: &[T]) -> T::Lanes {
    for (lane, (x, y)) in lanes.as_mut().iter_mut().zip(x.iter().zip(y)) {
        *lane += *x * *y;
    }
    lanes
}
