//! Misdeeds on a step that does not contain them.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::ladder::{Bare, Cubic, Lock, Solve};

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "threw_on_the_lowest_step",
        run: threw_on_the_lowest_step,
        ends: &[End::Signal(libc::SIGABRT, "the tangent is flat")],
    },
    Counterexample {
        name: "asserted_in_process",
        run: asserted_in_process,
        ends: &[End::Signal(libc::SIGABRT, "")],
    },
];

fn threw_on_the_lowest_step() {
    // SAFETY: nobody else is here. The promise that is broken is the other one.
    let step = unsafe { Bare::new() };
    let root = step.solve(&Cubic { c: [1.0, 0.0, 1.0, 0.0], start: 0.0 });
    println!("contained: {root:?}");
}

fn asserted_in_process() {
    let root = Lock.solve(&Cubic { c: [1.0, 0.0, 1.0, 0.0], start: f64::NAN });
    println!("contained: {root:?}");
}
