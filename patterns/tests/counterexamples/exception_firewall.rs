//! C++ that throws at Rust.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::exception_firewall::{by_default::rehearse_by_default, raw, rehearse};

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "thrown_through_c",
        run: thrown_through_c,
        ends: &[
            End::Signal(libc::SIGABRT, "Rust cannot catch foreign exceptions"),
            // Where the optimiser left nothing on the way that could run a destructor.
            End::Signal(libc::SIGABRT, "terminate called"),
        ],
    },
    Counterexample {
        name: "cxx_meets_a_number",
        run: cxx_meets_a_number,
        ends: &[End::Signal(libc::SIGABRT, "terminate called")],
    },
    Counterexample {
        name: "destructor_throws_inside",
        run: destructor_throws_inside,
        ends: &[End::Signal(libc::SIGABRT, "terminate called")],
    },
    Counterexample {
        name: "cxx_meets_a_null_what",
        run: cxx_meets_a_null_what,
        ends: &[
            End::Signal(libc::SIGSEGV, ""),
            End::Report("SEGV on unknown address"),
            End::Report("null pointer passed as argument"),
        ],
    },
];

fn thrown_through_c() {
    let caught = std::panic::catch_unwind(|| {
        // SAFETY: none. It throws, and is declared as if it never did.
        unsafe { raw::ab_gauss_unguarded(4) }
    });
    println!("caught: {}", caught.is_err());
}

fn destructor_throws_inside() {
    println!("an error: {}", rehearse(11).is_err());
}

fn cxx_meets_a_number() {
    // SAFETY: it ends the process.
    println!("an error: {}", unsafe { rehearse_by_default(5) }.is_err());
}

fn cxx_meets_a_null_what() {
    // SAFETY: none. cxx reads the text that is not there.
    println!("an error: {}", unsafe { rehearse_by_default(6) }.is_err());
}
