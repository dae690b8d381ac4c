//! A promise of C's that raw pointers break.
#![allow(unsafe_code)]

use crate::{End, Exhibit};
use abreast_patterns::aliasing::raw::ab_neighbours_unchecked;

pub const EXHIBITS: &[Exhibit] = &[Exhibit {
    name: "output_is_input",
    run: output_is_input,
    // Which elements are wrong depends on how many the loop takes at a time.
    ends: &[End::Says("not all twos: [1.0, 2.0, ")],
}];

fn output_is_input() {
    let mut x = [1.0; 16];
    let pointer = x.as_mut_ptr();
    // SAFETY: none. C was promised that x and y do not overlap.
    unsafe { ab_neighbours_unchecked(16, pointer, pointer) };
    if x[1..] != [2.0; 15] {
        println!("not all twos: {x:?}");
    }
}
