//! Handles without an owner.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::owned_handle::raw::{ab_rng_free, ab_rng_live, ab_rng_new};

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "ended_twice",
        run: ended_twice,
        ends: &[
            End::Signal(libc::SIGABRT, "double free detected"),
            End::Report("attempting double-free"),
        ],
    },
    Counterexample {
        name: "never_ended",
        run: never_ended,
        ends: &[End::Says("alive: 1"), End::Report("detected memory leaks")],
    },
];

fn ended_twice() {
    // SAFETY: any seed will do.
    let rng = unsafe { ab_rng_new(1) };
    let copy = rng;
    // SAFETY: made above.
    unsafe { ab_rng_free(rng) };
    // SAFETY: none. It ends what the first call has ended.
    unsafe { ab_rng_free(copy) };
}

fn never_ended() {
    // SAFETY: any seed will do. Nobody keeps the result.
    unsafe { ab_rng_new(1) };
    println!("alive: {}", ab_rng_live());
}
