//! A closure that belongs to every copy of a functor.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::std_function::{for_cpp, raw::ab_terms_careless};

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "dropped_by_each_copy",
    run: dropped_by_each_copy,
    ends: &[
        End::Signal(libc::SIGABRT, "double free detected"),
        End::Report("attempting double-free"),
    ],
}];

fn dropped_by_each_copy() {
    let weights = [2.5; 4];
    let closure = for_cpp(move |x| weights[1] * x);
    // SAFETY: none. The functor and its copy in the std::function both drop the closure.
    let value = unsafe { ab_terms_careless(closure, 2.0) };
    println!("value: {value}");
}
