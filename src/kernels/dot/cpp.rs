//! `dot` in C++, through a cxx bridge: slices cross as slices.
#![allow(unsafe_code)]

use super::Dot;
use crate::Error;
use crate::kernel::Part;

#[cxx::bridge(namespace = "abreast")]
mod bridge {
    // SAFETY: the declarations are those of the header. Both functions read the shorter of the two
    // lengths, keep no pointer, and are noexcept.
    unsafe extern "C++" {
        include!("kernels/dot/dot.hpp");

        /// # Safety
        /// This CPU has the instructions of `level`.
        unsafe fn ddot(level: i32, x: &[f64], y: &[f64]) -> f64;
        /// # Safety
        /// This CPU has the instructions of `level`.
        unsafe fn sdot(level: i32, x: &[f32], y: &[f32]) -> f32;
    }
}

pub(super) fn f64(part: Part<'_, '_, Dot<f64>>) -> Result<(), Error> {
    let p = part.open();
    let (x, y) = (&p.input.0[p.chunk.range()], &p.input.1[p.chunk.range()]);
    // SAFETY: a `Level` is one that this CPU has.
    p.out[0] = unsafe { bridge::ddot(p.level.code(), x, y) };
    Ok(())
}

pub(super) fn f32(part: Part<'_, '_, Dot<f32>>) -> Result<(), Error> {
    let p = part.open();
    let (x, y) = (&p.input.0[p.chunk.range()], &p.input.1[p.chunk.range()]);
    // SAFETY: a `Level` is one that this CPU has.
    p.out[0] = unsafe { bridge::sdot(p.level.code(), x, y) };
    Ok(())
}
