use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::inline_shim::wrap;
use std::f64::consts::TAU;
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 29,
    name: "inline_shim",
    title: "Inline shim",
    chapter: Chapter::Build,
    goes_wrong: "inline functions and macros have no symbol; a variadic takes whatever it is given",
    tests: &[
        "the_shim_is_the_header",
        "limits_out_of_order_are_refused",
        "a_text_is_never_longer_than_what_was_written",
    ],
    proofs: &[Proof::Counterexample("variadic_by_hand")],
    cost: Cost::Measured(&[Pair {
        what: "the inline function through its shim",
        run: |times| {
            timed(times, |i| {
                black_box(wrap(i as f64));
            })
        },
        baseline: "the formula in Rust, inlined",
        run_baseline: |times| {
            timed(times, |i| {
                let x = i as f64;
                black_box(x - TAU * (x / TAU).round_ties_even());
            })
        },
    }]),
};
