//! Bad input through every function, threads, and use after the end: programs in C.

use crate::programs::{Link, build, run, says};

fn passes(name: &str) -> String {
    let source = format!("capi/tests/c/{name}.c");
    let program = build(&source, name, &Link::Shared.flags());
    says(&mut run(program, Link::Shared))
}

#[test]
fn bad_input_is_refused_by_every_function() {
    let said = passes("refusals");
    let count = said.trim().strip_suffix(" refusals").and_then(|count| count.parse::<u32>().ok());
    // Those and one for each row of a table of variants.
    assert!(count.is_some_and(|count| count >= 700), "{said}");
}

#[test]
fn pieces_have_the_bits_of_the_whole() {
    assert!(passes("pieces").ends_with(" pieces\n"));
}

#[test]
fn products_of_every_layout_are_right() {
    assert!(passes("products").ends_with(" products\n"));
}

#[test]
fn four_threads_share_what_may_be_shared() {
    assert_eq!(passes("threads"), "4 threads\n");
}

#[test]
fn the_cpp_wrapper_refuses_too() {
    let program = build("capi/tests/c/wrapper.cpp", "wrapper", &Link::Shared.flags());
    assert_eq!(says(&mut run(program, Link::Shared)), "wrapped\n");
}
