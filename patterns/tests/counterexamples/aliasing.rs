//! A promise of C's that raw pointers break.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::aliasing::raw::ab_neighbours_unchecked;

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "output_is_input",
    run: output_is_input,
    // Which elements are wrong, and how, depends on how many the loop takes at a time.
    ends: &[End::Says("not all twos: [1.0, 2.0, ")],
}];

/// The output begins one element after the input. At the very same place it would be right by luck where a
/// compiler keeps each element in a register for the next sum, as gcc does at -O2 and not at -O3. Here
/// only a loop would be right that reads all 256 before it writes one.
fn output_is_input() {
    let mut x = [1.0; 257];
    let from = x.as_mut_ptr();
    // SAFETY: within the array.
    let to = unsafe { from.add(1) };
    // SAFETY: none. C was promised that x and y do not overlap.
    unsafe { ab_neighbours_unchecked(256, from, to) };
    let y = &x[1..];
    if y[1..] != [2.0; 255] {
        println!("not all twos: {:?}", &y[..8]);
    }
}
