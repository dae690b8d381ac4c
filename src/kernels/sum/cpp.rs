//! `sum` in C++, through a cxx bridge: slices cross as slices.
#![allow(unsafe_code)]

use super::Sum;
use crate::Error;
use crate::kernel::Part;

#[cxx::bridge(namespace = "abreast")]
mod bridge {
    // SAFETY: both functions read the slice they are given, keep no pointer, and are noexcept.
    // A level comes from a `Level`, so this CPU has it.
    unsafe extern "C++" {
        include!("kernels/sum/sum.hpp");

        fn dsum(level: i32, x: &[f64]) -> f64;
        fn ssum(level: i32, x: &[f32]) -> f32;
    }
}

pub(super) fn f64(part: Part<'_, '_, Sum<f64>>) -> Result<(), Error> {
    let p = part.open();
    p.out[0] = bridge::dsum(p.level.code(), &p.input[p.chunk.range()]);
    Ok(())
}

pub(super) fn f32(part: Part<'_, '_, Sum<f32>>) -> Result<(), Error> {
    let p = part.open();
    p.out[0] = bridge::ssum(p.level.code(), &p.input[p.chunk.range()]);
    Ok(())
}
