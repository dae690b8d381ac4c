//! `axpy` in C++, through a cxx bridge: slices cross as slices, the mutable one included.
#![allow(unsafe_code)]

use super::Axpy;
use crate::Error;
use crate::kernel::ChunkArgs;

#[cxx::bridge(namespace = "abreast")]
mod bridge {
    // SAFETY: the declarations are those of the header. Both functions touch no more than the shorter
    // of the two lengths, write to `y` only, keep no pointer, and are noexcept.
    unsafe extern "C++" {
        include!("kernels/axpy/axpy.hpp");

        /// # Safety
        /// This CPU has the instructions of `level`.
        unsafe fn daxpy(level: i32, alpha: f64, x: &[f64], y: &mut [f64]);
        /// # Safety
        /// This CPU has the instructions of `level`.
        unsafe fn saxpy(level: i32, alpha: f32, x: &[f32], y: &mut [f32]);
    }
}

pub(super) fn f64(c: ChunkArgs<'_, '_, Axpy<f64>>) -> Result<(), Error> {
    let x = c.input;
    // SAFETY: a `Level` is one that this CPU has.
    unsafe { bridge::daxpy(c.level.code(), *c.args, x, c.out) };
    Ok(())
}

pub(super) fn f32(c: ChunkArgs<'_, '_, Axpy<f32>>) -> Result<(), Error> {
    let x = c.input;
    // SAFETY: a `Level` is one that this CPU has.
    unsafe { bridge::saxpy(c.level.code(), *c.args, x, c.out) };
    Ok(())
}
