//! A complex result, expected in registers.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use num_complex::Complex64;
use std::hint::black_box;

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "result_by_value",
    run: result_by_value,
    ends: &[End::Signal(libc::SIGSEGV, ""), End::Signal(libc::SIGBUS, ""), End::Report("")],
}];

unsafe extern "C" {
    fn ab_f2c_zdotc(n: *const usize, x: *const f64, y: *const f64) -> Complex64;
}

fn result_by_value() {
    // Room for what is written in place of n.
    let mut page = [1_usize, 0];
    // Read as n, the first number of x is larger than any memory: the sum runs to the end of it.
    let x = [0.5, 0.5];
    let n = black_box(page.as_mut_ptr());
    // SAFETY: none: C takes n for the place of the result, x for n, y for x, and what is left in the
    // fourth register for y.
    let dot = unsafe { ab_f2c_zdotc(n, x.as_ptr(), x.as_ptr()) };
    println!("{dot}, n = {}", black_box(page)[0]);
}
