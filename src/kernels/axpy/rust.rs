//! `axpy` in plain Rust: one loop, and the compiler does the rest.

use super::{Axpy, Element};
use crate::Error;
use crate::kernel::Part;
use crate::simd::Real;
use fearless_simd::{Simd, dispatch};
use fearless_simd_macros::simd;

pub(super) fn body<T: Element>(part: Part<'_, '_, Axpy<T>>) -> Result<(), Error> {
    let p = part.open();
    let (x, y) = (&p.input[p.chunk.range()], p.out);
    dispatch!(p.level.simd(), level => axpy(level, *p.args, x, y));
    Ok(())
}

#[simd]
fn axpy<S: Simd, T: Real>(_: S, alpha: T, x: &[T], y: &mut [T]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += alpha * *x;
    }
}
