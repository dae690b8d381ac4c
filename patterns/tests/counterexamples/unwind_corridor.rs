//! Corridors with somebody in the way.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::unwind_corridor::raw::{
    ab_sweep_elsewhere, ab_sweep_like, ab_sweep_swallowing, ab_sweep_throwing,
};
use std::ffi::c_void;
use std::panic::catch_unwind;

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "kept_by_cpp",
        run: || through(ab_sweep_swallowing),
        ends: &[End::Signal(libc::SIGABRT, "Rust panics must be rethrown")],
    },
    Counterexample {
        name: "exception_in_the_corridor",
        run: || through(ab_sweep_throwing),
        ends: &[End::Signal(libc::SIGABRT, "Rust cannot catch foreign exceptions")],
    },
    Counterexample {
        name: "panic_on_a_thread_of_cpp",
        run: || through(ab_sweep_elsewhere),
        ends: &[
            End::Signal(libc::SIGABRT, "failed to initiate panic"),
            // Where the library of C++ has a handler at the beginning of its threads.
            End::Signal(libc::SIGABRT, "terminate called"),
        ],
    },
];

unsafe extern "C-unwind" fn panics(_: *mut c_void, x: f64) -> f64 {
    panic!("no root of {x}")
}

fn through(sweep: ab_sweep_like) {
    let caught = catch_unwind(|| {
        let mut x = [-1.0];
        // SAFETY: none: what comes out of it is what the counterexample shows.
        unsafe { sweep(1, x.as_mut_ptr(), panics, std::ptr::null_mut()) }
    });
    println!("out again: {}", caught.is_err());
}
