//! `axpy` in plain Rust: one loop, and the compiler does the rest.

use super::{Axpy, Element};
use crate::Error;
use crate::kernel::ChunkArgs;
use crate::level::at_level;
use crate::simd::Real;
use fearless_simd::Simd;
use fearless_simd_macros::simd;

pub(super) fn run<T: Element>(c: ChunkArgs<'_, '_, Axpy<T>>) -> Result<(), Error> {
    let (x, y) = (c.input, c.out);
    at_level!(c.level, level => axpy(level, *c.args, x, y));
    Ok(())
}

#[simd]
fn axpy<S: Simd, T: Real>(_: S, alpha: T, x: &[T], y: &mut [T]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += alpha * *x;
    }
}
