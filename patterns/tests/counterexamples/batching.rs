//! One element per call, from a place that the library keeps.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::batching::{point, raw::ab_kronecker_next};

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "next_is_kept_by_the_library",
    run: next_is_kept_by_the_library,
    ends: &[End::Says("one: [0, 2, 4, 6]; other: [1, 3, 5, 7]")],
}];

fn next_is_kept_by_the_library() {
    // SAFETY: one thread; that it may be called from one only nothing says.
    let next = || unsafe { ab_kronecker_next() };
    let index = |x: f64| (0..8).find(|i| point(*i) == x).expect("one of the first eight");
    let pairs: Vec<(u64, u64)> = (0..4).map(|_| (index(next()), index(next()))).collect();
    let (one, other): (Vec<u64>, Vec<u64>) = pairs.into_iter().unzip();
    println!("one: {one:?}; other: {other:?}");
}
