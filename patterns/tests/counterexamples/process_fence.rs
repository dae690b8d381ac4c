//! A crash without a fence.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::process_fence::{Integral, integrate_here};

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "null_in_process",
    run: null_in_process,
    ends: &[End::Signal(libc::SIGSEGV, ""), End::Report("SEGV"), End::Report("null pointer")],
}];

fn null_in_process() {
    let integral = Integral { points: 9, c: [1.0; 4], from: 0.0, to: 1.0 };
    // SAFETY: none. The library has no such rule.
    println!("survived: {}", unsafe { integrate_here(&integral) });
}
