//! Codes nobody looks at, and a text that is believed.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::status_codes::raw::{ab_quad, ab_quad_text_endless};
use std::ffi::CStr;

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "status_ignored",
        run: status_ignored,
        ends: &[End::Says("the area under x^2 is -1\n")],
    },
    Counterexample {
        name: "text_without_end",
        run: text_without_end,
        ends: &[End::Says("reason: eeeeeeeethe next customer's data\n")],
    },
];

fn status_ignored() {
    let (square, mut area) = ([0.0, 0.0, 1.0], -1.0);
    // SAFETY: the slice is as long as told. That the bounds are in the wrong order is for the code to
    // say, which nobody reads.
    unsafe { ab_quad(square.len(), square.as_ptr(), 3.0, 0.0, 1e-9, &mut area) };
    println!("the area under x^2 is {area}");
}

fn text_without_end() {
    // The buffer for the text, and what happens to lie behind it.
    let mut memory = *b"--------the next customer's data\0";
    // SAFETY: eight bytes are there.
    unsafe { ab_quad_text_endless(-1, memory.as_mut_ptr().cast(), 8) };
    // SAFETY: none in general: nothing says that the text ends within its buffer. It does not.
    let reason = unsafe { CStr::from_ptr(memory.as_ptr().cast()) };
    println!("reason: {}", reason.to_string_lossy());
}
