//! C that ends what Rust made, in its own way.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::both_directions::ab_lines_live;

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "freed_by_c",
    run: freed_by_c,
    ends: &[End::Says("alive: 1"), End::Report("detected memory leaks")],
}];

unsafe extern "C" {
    fn ab_client_frees_by_itself();
}

fn freed_by_c() {
    // SAFETY: none. C frees memory that it does not own.
    unsafe { ab_client_frees_by_itself() };
    println!("alive: {}", ab_lines_live());
}
