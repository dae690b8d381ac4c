//! A slice that is null.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::slices::raw::{ab_history_new, ab_history_values};
use std::hint::black_box;

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "some_that_is_none",
    run: some_that_is_none,
    ends: &[
        End::Signal(libc::SIGABRT, "unsafe precondition(s) violated"),
        End::Says("Some(slice).is_none(): true"),
    ],
}];

fn some_that_is_none() {
    let mut n = 0;
    // SAFETY: the handle is alive (for ever: this process is).
    let pointer = unsafe { ab_history_values(ab_history_new(), &mut n) };
    // SAFETY: none. The vector is empty, and the pointer null.
    let slice = black_box(Some(unsafe { std::slice::from_raw_parts(pointer, n) }));
    println!("Some(slice).is_none(): {}", slice.is_none());
}
