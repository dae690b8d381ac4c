//! A class with a destructor, declared as if it had none.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use std::hint::black_box;

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "destructor_by_value",
    run: destructor_by_value,
    ends: &[
        End::Says("samples: an address; the untouched: 0x1122"),
        // Where the hidden pointer has a register of its own, what is in it may be a place or none.
        End::Says("samples: an address; the untouched: 0x7"),
        End::Signal(libc::SIGSEGV, ""),
        End::Signal(libc::SIGBUS, ""),
    ],
}];

#[repr(C)]
struct Estimate {
    samples: u64,
    mean: f64,
}

unsafe extern "C" {
    /// The argument is there so that something known is in the first register.
    fn ab_estimate_by_value(first: *const Estimate) -> Estimate;
}

fn destructor_by_value() {
    let untouched = Box::into_raw(Box::new(Estimate { samples: 7, mean: 7.0 }));
    // SAFETY: none: C++ returns this class through a pointer that nobody passes.
    let estimate = unsafe { ab_estimate_by_value(black_box(untouched)) };
    // SAFETY: just boxed.
    let untouched = unsafe { Box::from_raw(untouched) };
    let samples = match estimate.samples {
        0x1122 => "0x1122",
        samples if samples == std::ptr::from_ref(&*untouched) as u64 => "an address",
        _ => "something else",
    };
    println!("samples: {samples}; the untouched: {:#x}", untouched.samples);
    black_box((estimate.mean, untouched.mean));
}
