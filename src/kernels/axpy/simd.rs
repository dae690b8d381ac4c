//! `axpy` with explicit vectors.

use super::{Axpy, Element};
use crate::Error;
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use crate::simd::{Real, update};
use fearless_simd::{Simd, SimdBase};
use fearless_simd_macros::simd;

pub(super) fn run<T: Element>(c: ChunkArgs<'_, '_, Axpy<T>>) -> Result<(), Error> {
    let (x, y) = (c.input, c.out);
    at_level!(c.level, simd => axpy(simd, *c.args, x, y));
    Ok(())
}

#[simd]
fn axpy<S: Simd, T: Real>(simd: S, alpha: T, x: &[T], y: &mut [T]) {
    let alpha = T::Native::<S>::splat(simd, alpha);
    update(simd, y, x, |y, x| alpha * x + y);
}
