//! A variadic without a shim.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::inline_shim::raw::ab_angles_label_any;
use std::ffi::CStr;

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "variadic_by_hand",
    run: variadic_by_hand,
    ends: &[End::Says("4294967303 turns are printed as 7 turns")],
}];

fn variadic_by_hand() {
    let (mut text, turns) = ([0; 80], 4_294_967_303_i64);
    // SAFETY: none. The format says int.
    unsafe { ab_angles_label_any(text.as_mut_ptr(), 80, c"%d turns".as_ptr(), turns) };
    // SAFETY: C ended the text, and the array is zero beyond.
    let text = unsafe { CStr::from_ptr(text.as_ptr()) };
    println!("{turns} turns are printed as {}", text.to_str().expect("digits"));
}
