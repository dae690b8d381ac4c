//! A declaration from before the header changed.
#![allow(unsafe_code)]

use crate::{End, Counterexample};

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "declared_with_another_result",
    run: declared_with_another_result,
    ends: &[End::Says("energy of a body at unit speed: 0\n")],
}];

unsafe extern "C" {
    /// Returned a `float` once.
    fn ab_springs_energy(n: usize, x: *const f64, v: *const f64) -> f32;
}

fn declared_with_another_result() {
    // That the library is linked.
    std::hint::black_box(abreast_patterns::drift_triangle::raw::ab_springs_energy as *const ());
    // SAFETY: none. The lower half of the double 0.5 is not a number that anybody returned.
    let energy = unsafe { ab_springs_energy(1, &0.0, &1.0) };
    println!("energy of a body at unit speed: {energy}");
}
