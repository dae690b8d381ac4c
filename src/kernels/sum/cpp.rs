//! `sum` in C++, through a cxx bridge: slices cross as slices.
#![allow(unsafe_code)]

use super::Sum;
use crate::Error;
use crate::kernel::ChunkArgs;

#[cxx::bridge(namespace = "abreast")]
mod bridge {
    // SAFETY: the declarations are those of the header. Both functions read the slice they are given,
    // keep no pointer, and are noexcept.
    unsafe extern "C++" {
        include!("kernels/sum/sum.hpp");

        /// # Safety
        /// This CPU has the instructions of `level`.
        unsafe fn dsum(level: i32, x: &[f64]) -> f64;
        /// # Safety
        /// This CPU has the instructions of `level`.
        unsafe fn ssum(level: i32, x: &[f32]) -> f32;
    }
}

pub(super) fn f64(c: ChunkArgs<'_, '_, Sum<f64>>) -> Result<(), Error> {
    let x = c.input;
    // SAFETY: a `Level` is one that this CPU has.
    c.out[0] = unsafe { bridge::dsum(c.level.code(), x) };
    Ok(())
}

pub(super) fn f32(c: ChunkArgs<'_, '_, Sum<f32>>) -> Result<(), Error> {
    let x = c.input;
    // SAFETY: a `Level` is one that this CPU has.
    c.out[0] = unsafe { bridge::ssum(c.level.code(), x) };
    Ok(())
}
