//! `dot` in C++, through a cxx bridge: slices cross as slices.
#![allow(unsafe_code)]

use super::Dot;
use crate::Error;
use crate::kernel::ChunkArgs;

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

pub(super) fn f64(c: ChunkArgs<'_, '_, Dot<f64>>) -> Result<(), Error> {
    let (x, y) = c.input;
    // SAFETY: a `Level` is one that this CPU has.
    c.out[0] = unsafe { bridge::ddot(c.level.code(), x, y) };
    Ok(())
}

pub(super) fn f32(c: ChunkArgs<'_, '_, Dot<f32>>) -> Result<(), Error> {
    let (x, y) = c.input;
    // SAFETY: a `Level` is one that this CPU has.
    c.out[0] = unsafe { bridge::sdot(c.level.code(), x, y) };
    Ok(())
}
