//! Closures that C has no right to any more, and one that panics over C.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::scoped_callback::raw::{ab_simpson, ab_simpson_later, ab_simpson_now};
use std::ffi::c_void;

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "called_after_the_call",
        run: called_after_the_call,
        ends: &[
            // What the C library fills freed memory with, instead of 2.5.
            End::Says("weight: a5a5a5a5a5a5a5a5"),
            End::Report("heap-use-after-free"),
        ],
    },
    Counterexample {
        name: "panicked_over_c",
        run: panicked_over_c,
        ends: &[End::Signal(libc::SIGABRT, "panic in a function that cannot unwind")],
    },
];

extern "C" fn weight(data: *mut c_void, _: f64, y: *mut f64) -> i32 {
    // SAFETY: none. The weights are freed by now.
    let weights = unsafe { &*data.cast::<[f64; 256]>() };
    // SAFETY: the caller gives the place of one double.
    unsafe { y.write(weights[100]) };
    0
}

fn called_after_the_call() {
    let weights = Box::into_raw(Box::new([2.5; 256]));
    // SAFETY: if it called during this call only, as an integrator does.
    unsafe { ab_simpson_later(weight, weights.cast()) };
    // SAFETY: from the box above.
    drop(unsafe { Box::from_raw(weights) });
    let mut y = 0.0;
    // SAFETY: none.
    unsafe { ab_simpson_now(0.5, &mut y) };
    println!("weight: {:x}", y.to_bits());
}

extern "C" fn pole(_: *mut c_void, x: f64, _: *mut f64) -> i32 {
    panic!("a pole at {x}");
}

fn panicked_over_c() {
    let caught = std::panic::catch_unwind(|| {
        let mut integral = 0.0;
        // SAFETY: the function does not look at the data.
        unsafe { ab_simpson(pole, std::ptr::null_mut(), 0.0, 1.0, 2, &mut integral) }
    });
    println!("caught: {}", caught.is_err());
}
