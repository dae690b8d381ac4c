//! `sum` in plain Rust: an array of lanes, and the compiler does the rest.

use super::{Element, Sum};
use crate::Error;
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use crate::simd::{Real, fold_lanes};
use fearless_simd::Simd;
use fearless_simd_macros::simd;

pub(super) fn run<T: Element>(c: ChunkArgs<'_, '_, Sum<T>>) -> Result<(), Error> {
    let x = c.input;
    c.out[0] = at_level!(c.level, level => sum(level, x));
    Ok(())
}

#[simd]
fn sum<S: Simd, T: Real>(_: S, x: &[T]) -> T {
    let rows = x.chunks_exact(T::LANES);
    let rest = rows.remainder();
    let lanes = rows.fold(T::zero_lanes(), |lanes, row| add::<T>(lanes, row));
    fold_lanes::<T>(add::<T>(lanes, rest))
}

/// Adds one row of elements, or its beginning, to the lanes.
#[inline(always)]
fn add<T: Real>(mut lanes: T::Lanes, row: &[T]) -> T::Lanes {
    for (lane, x) in lanes.as_mut().iter_mut().zip(row) {
        *lane += *x;
    }
    lanes
}
