use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::cpp_values::{largest, roots};
use std::hint::black_box;

const EIGHT: [f64; 8] = [0.5, -1.0, 3.0, 2.0, 8.0, 7.5, -3.0, 4.0];

pub static ROW: Row = Row {
    number: 44,
    name: "cpp_values",
    title: "optional, variant, span",
    chapter: Chapter::Layout,
    goes_wrong: "a std::optional is read as a struct of a flag and a value, a template has no symbol",
    tests: &[
        "each_instantiation_is_that_of_its_type",
        "nothing_and_a_default_are_different",
        "a_place_is_left_alone_when_there_is_nothing_to_write",
        "each_alternative_arrives_as_its_own_case",
        "what_nobody_can_name_is_refused",
    ],
    proofs: &[
        Proof::Counterexample("optional_as_a_struct"),
        Proof::Counterexample("other_alternative_taken"),
        Proof::CompileFail("E0277"),
    ],
    cost: Cost::Measured(&[
        Pair {
            what: "an optional bound and an optional largest of eight",
            run: |times| {
                timed(times, |_| {
                    black_box(largest(black_box(&EIGHT), black_box(Some(8.0))));
                })
            },
            baseline: "the same in Rust",
            run_baseline: |times| {
                timed(times, |_| {
                    let (x, below) = (black_box(&EIGHT), black_box(Some(8.0)));
                    let counts = |x: &f64| below.is_none_or(|below| *x < below);
                    black_box(x.iter().copied().filter(counts).reduce(f64::max));
                })
            },
        },
        Pair {
            what: "a variant of roots",
            run: |times| {
                timed(times, |_| {
                    let _ = black_box(roots(black_box(1.0), black_box(-3.0), 2.0));
                })
            },
            baseline: "one root of a linear equation",
            run_baseline: |times| {
                timed(times, |_| {
                    let _ = black_box(roots(0.0, black_box(-3.0), 2.0));
                })
            },
        },
    ]),
};
