//! `dot` with explicit vectors.

use super::{Dot, Element};
use crate::Error;
use crate::kernel::Part;
use crate::simd::{Real, sum_in_lanes};
use fearless_simd::{Simd, SimdBase, dispatch};
use fearless_simd_macros::simd;

pub(super) fn body<T: Element>(part: Part<'_, '_, Dot<T>>) -> Result<(), Error> {
    let p = part.open();
    let (x, y) = (&p.input.0[p.chunk.range()], &p.input.1[p.chunk.range()]);
    p.out[0] = dispatch!(p.level.simd(), simd => dot(simd, x, y));
    Ok(())
}

#[simd]
fn dot<S: Simd, T: Real>(simd: S, x: &[T], y: &[T]) -> T {
    let load =
        |from: &[T], i: usize| T::Native::<S>::from_slice(simd, &from[i..i + T::Native::<S>::LEN]);
    sum_in_lanes(simd, x.len(), |i| load(x, i) * load(y, i), |i| x[i] * y[i])
}
