//! Rust types that cannot hold what C returns.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use std::hint::black_box;

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "three_in_an_enum",
        run: three_in_an_enum,
        ends: &[
            End::Says("Some(reason) is none: true"),
            End::Signal(libc::SIGABRT, "invalid value"),
        ],
    },
    Counterexample {
        name: "two_in_a_bool",
        run: two_in_a_bool,
        // Two of them make 2. Release adds the bytes, debug looks at the lowest bit.
        ends: &[
            End::Says("yes + yes = 4"),
            End::Says("yes + yes = 0"),
            End::Signal(libc::SIGABRT, "invalid value"),
        ],
    },
];

#[repr(i32)]
#[allow(dead_code)]
enum Reason {
    Converged,
    OutOfSteps,
    Stalled,
}

unsafe extern "C" {
    fn ab_minimise_next() -> Reason;
    fn ab_brackets() -> bool;
}

fn three_in_an_enum() {
    // SAFETY: none: C may return any int.
    let reason = black_box(Some(unsafe { ab_minimise_next() }));
    println!("Some(reason) is none: {}", reason.is_none());
}

fn two_in_a_bool() {
    // SAFETY: none: C may return any byte.
    let (left, right) = (black_box(unsafe { ab_brackets() }), black_box(unsafe { ab_brackets() }));
    println!("yes + yes = {}", u32::from(left) + u32::from(right));
}
