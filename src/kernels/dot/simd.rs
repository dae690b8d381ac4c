//! `dot` with explicit vectors.

use super::{Dot, Element};
use crate::Error;
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use crate::simd::{Real, sum_in_lanes};
use fearless_simd::Simd;
use fearless_simd_macros::simd;

pub(super) fn run<T: Element>(c: ChunkArgs<'_, '_, Dot<T>>) -> Result<(), Error> {
    let (x, y) = c.input;
    c.out[0] = at_level!(c.level, simd => dot(simd, x, y));
    Ok(())
}

#[simd]
fn dot<S: Simd, T: Real>(simd: S, x: &[T], y: &[T]) -> T {
    sum_in_lanes(simd, [x, y], |[x, y]| x * y)
}
