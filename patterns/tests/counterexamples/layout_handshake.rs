//! Structs that are declared twice and compared never.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::layout_handshake::Step;
use std::hint::black_box;

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "fields_sorted",
        run: fields_sorted,
        // The time is the flag and the counter of calls; the latter comes first where the low byte does.
        ends: &[End::Says("t = 4e-314, error = 100"), End::Says("t = 1e-323, error = 100")],
    },
    Counterexample {
        name: "struct_grown",
        run: struct_grown,
        ends: &[End::Says("the step behind it ends at 7, was 1 long before")],
    },
];

unsafe extern "C" {
    fn ab_sorted_step(step: *mut Step);
    fn ab_grown_step(step: *mut Step);
}

fn fields_sorted() {
    let mut step = Step::default();
    // SAFETY: the struct of that library is as large as ours. Its fields are elsewhere.
    unsafe { ab_sorted_step(&mut step) };
    println!("t = {:.0e}, error = {}", step.t, step.error);
}

fn struct_grown() {
    let behind = Step { t: 1.0, h: 1.0, ..Step::default() };
    let mut steps = vec![behind; 2];
    // SAFETY: none for the first element alone; the vector happens to have page for what C writes.
    unsafe { ab_grown_step(black_box(steps.as_mut_ptr())) };
    println!("the step behind it ends at {}, was {} long before", steps[1].t, behind.h);
}
