//! A library that handles its errors itself, a handler that panics, and a va_list that is none.
#![allow(unsafe_code)]

use crate::{Counterexample, End};
use abreast_patterns::error_handlers::raw::{
    ab_lambert, ab_lambert_set_error, ab_lambert_set_log,
};
use std::ffi::{CStr, c_char, c_int, c_void};

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "default_handler_aborts",
        run: default_handler_aborts,
        ends: &[End::Signal(libc::SIGABRT, "x is below -1/e: the default handler aborts")],
    },
    Counterexample {
        name: "handler_panics",
        run: handler_panics,
        ends: &[End::Signal(libc::SIGABRT, "panic in a function that cannot unwind")],
    },
    Counterexample {
        name: "va_list_passed_as_dots",
        run: va_list_passed_as_dots,
        ends: &[End::Says("C has said \"iteration 1:\": false")],
    },
];

fn default_handler_aborts() {
    println!("W(-1) = {}", ab_lambert(-1.0));
}

unsafe extern "C" fn panics(_: *const c_char, _: *const c_char, _: c_int, code: c_int) {
    panic!("code {code}");
}

fn handler_panics() {
    // SAFETY: none. The handler does not return.
    unsafe { ab_lambert_set_error(Some(panics)) };
    let caught = std::panic::catch_unwind(|| ab_lambert(-1.0));
    println!("caught: {}", caught.is_err());
}

unsafe extern "C" fn prints(_: c_int, format: *const c_char, arguments: *mut c_void) {
    let mut text = [0; 256];
    // SAFETY: none. There is room for the text, but behind the dots snprintf looks for a number, and finds a
    // pointer at best.
    unsafe { libc::snprintf(text.as_mut_ptr(), text.len(), format, arguments) };
    // SAFETY: snprintf ends its text with a zero.
    let text = unsafe { CStr::from_ptr(text.as_ptr()) }.to_string_lossy();
    println!("{text}");
    println!("C has said \"iteration 1:\": {}", text.starts_with("iteration 1:"));
    std::process::exit(0);
}

fn va_list_passed_as_dots() {
    // SAFETY: none. What the logger takes for a pointer is a va_list.
    unsafe { ab_lambert_set_log(Some(prints)) };
    ab_lambert(1.0);
}
