//! `dot` in C++, through a cxx bridge: slices cross as slices.
#![allow(unsafe_code)]

use super::Dot;
use crate::Error;
use crate::kernel::Part;

#[cxx::bridge(namespace = "abreast")]
mod bridge {
    // SAFETY: both functions check what they rely on: they read the shorter of the two lengths,
    // keep no pointer, and are noexcept. A level comes from a `Level`, so this CPU has it.
    unsafe extern "C++" {
        include!("kernels/dot/dot.hpp");

        fn ddot(level: i32, x: &[f64], y: &[f64]) -> f64;
        fn sdot(level: i32, x: &[f32], y: &[f32]) -> f32;
    }
}

pub(super) fn f64(part: Part<'_, '_, Dot<f64>>) -> Result<(), Error> {
    let p = part.open();
    let (x, y) = (&p.input.0[p.chunk.range()], &p.input.1[p.chunk.range()]);
    p.out[0] = bridge::ddot(p.level.code(), x, y);
    Ok(())
}

pub(super) fn f32(part: Part<'_, '_, Dot<f32>>) -> Result<(), Error> {
    let p = part.open();
    let (x, y) = (&p.input.0[p.chunk.range()], &p.input.1[p.chunk.range()]);
    p.out[0] = bridge::sdot(p.level.code(), x, y);
    Ok(())
}
