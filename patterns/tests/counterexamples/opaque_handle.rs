//! Handles that are all of one type.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::opaque_handle::raw;
use std::ffi::c_void;

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "handles_mixed",
    run: handles_mixed,
    // The bits of 1.0, read as a size.
    ends: &[End::Says("unknowns: 4607182418800017408")],
}];

/// How a binding with untyped handles declares it.
unsafe fn order(handle: *const c_void) -> usize {
    // SAFETY: by contract of the caller a factorisation, which nothing checks.
    unsafe { raw::ab_factor_order(handle.cast()) }
}

fn handles_mixed() {
    // SAFETY: it takes nothing.
    let log = unsafe { raw::ab_residuals_new() };
    // SAFETY: made above.
    unsafe { raw::ab_residuals_note(log, 1.0) };
    // SAFETY: none: this is not a factorisation.
    println!("unknowns: {}", unsafe { order(log.cast::<c_void>()) });
    // SAFETY: made above, ended here.
    unsafe { raw::ab_residuals_free(log) };
}
