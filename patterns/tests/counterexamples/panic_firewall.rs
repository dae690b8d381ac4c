//! Exported functions that let panics out.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::panic_firewall::quantile;

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "exported_without_a_firewall",
    run: exported_without_a_firewall,
    ends: &[
        End::Signal(libc::SIGABRT, "panic in a function that cannot unwind"),
        // The optimiser took the caller's word that nothing comes, and nobody looks for a handler.
        End::Signal(libc::SIGABRT, "failed to initiate panic"),
    ],
}];

/// As in the header, but for the firewall.
extern "C" fn median_of_two(data: &mut [f64; 2]) -> f64 {
    quantile(data, 0.5)
}

fn exported_without_a_firewall() {
    let exported: extern "C" fn(&mut [f64; 2]) -> f64 = std::hint::black_box(median_of_two);
    let caught = std::panic::catch_unwind(|| exported(&mut [1.0, f64::NAN]));
    println!("caught: {}", caught.is_err());
}
