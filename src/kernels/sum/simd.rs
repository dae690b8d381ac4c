//! `sum` with explicit vectors.

use super::{Element, Sum};
use crate::Error;
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use crate::simd::{Real, sum_in_lanes};
use fearless_simd::Simd;
use fearless_simd_macros::simd;

pub(super) fn run<T: Element>(c: ChunkArgs<'_, '_, Sum<T>>) -> Result<(), Error> {
    let x = c.input;
    c.out[0] = at_level!(c.level, simd => sum(simd, x));
    Ok(())
}

#[simd]
fn sum<S: Simd, T: Real>(simd: S, x: &[T]) -> T {
    sum_in_lanes(simd, [x], |[x]| x)
}
