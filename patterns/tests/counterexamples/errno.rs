//! errno read too late, and errno of something long past.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::errno::raw::{ab_log, ab_rate, ab_table_at};
use std::io;

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "errno_after_the_log",
        run: errno_after_the_log,
        ends: &[End::Says("refused: Bad file descriptor")],
    },
    Counterexample {
        name: "errno_not_cleared",
        run: errno_not_cleared,
        ends: &[End::Says("a rate of 2 refused: Bad file descriptor")],
    },
];

fn log(line: &std::ffi::CStr) {
    // SAFETY: a text that ends.
    unsafe { ab_log(line.as_ptr()) }
}

fn errno_after_the_log() {
    let (xs, ys, mut y) = ([0.0, 1.0], [0.0, 1.0], 0.0);
    // SAFETY: two columns of two numbers, and a variable for the result.
    let status = unsafe { ab_table_at(2, xs.as_ptr(), ys.as_ptr(), 5.0, &mut y) };
    if status != 0 {
        log(c"the table has no such point");
        println!("refused: {}", io::Error::last_os_error());
    }
}

fn errno_not_cleared() {
    log(c"a new reaction");
    let rate = ab_rate(2.0, 0.0, 300.0);
    let said = io::Error::last_os_error();
    if said.raw_os_error() != Some(0) {
        println!("a rate of {rate} refused: {said}");
    }
}
