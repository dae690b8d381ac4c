//! `sum` with explicit vectors.

use super::{Element, Sum};
use crate::Error;
use crate::kernel::Part;
use crate::simd::{Real, sum_in_lanes};
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;

pub(super) fn body<T: Element>(part: Part<'_, '_, Sum<T>>) -> Result<(), Error> {
    let p = part.open();
    let x = &p.input[p.chunk.range()];
    p.out[0] = dispatch!(p.level.simd(), simd => sum(simd, x));
    Ok(())
}

#[simd]
fn sum<S: Simd, T: Real>(simd: S, x: &[T]) -> T {
    sum_in_lanes(simd, [x], |[x]| x)
}
