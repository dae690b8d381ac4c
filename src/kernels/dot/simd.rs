//! `dot` with explicit vectors.

use super::{Dot, Element};
use crate::Error;
use crate::kernel::Part;
use crate::simd::{Real, sum_in_lanes};
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;

pub(super) fn body<T: Element>(part: Part<'_, '_, Dot<T>>) -> Result<(), Error> {
    let p = part.open();
    let (x, y) = (&p.input.0[p.chunk.range()], &p.input.1[p.chunk.range()]);
    p.out[0] = dispatch!(p.level.simd(), simd => dot(simd, x, y));
    Ok(())
}

#[simd]
fn dot<S: Simd, T: Real>(simd: S, x: &[T], y: &[T]) -> T {
    sum_in_lanes(simd, [x, y], |[x, y]| x * y)
}
