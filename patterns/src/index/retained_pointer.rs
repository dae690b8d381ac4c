use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::retained_pointer::Filter;
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 10,
    name: "retained_pointer",
    title: "Retained pointer",
    chapter: Chapter::Ownership,
    goes_wrong: "C keeps a pointer to what Rust has freed",
    tests: &[
        "the_taps_live_as_long_as_c_may_look",
        "a_guard_takes_the_taps_away_again",
        "a_forgotten_guard_leaves_the_taps_set_and_alive",
    ],
    proofs: &[
        Proof::Counterexample("buffer_dropped_first"),
        Proof::CompileFail("E0505"),
        Proof::Check("sanitize"),
    ],
    cost: Cost::Measured(&[Pair {
        what: "taps that the filter owns, set and taken back",
        run: |times| {
            let Ok(mut filter) = Filter::new() else { return Default::default() };
            timed(times, |_| {
                black_box(filter.with_taps(Box::new([1.0, 2.0])).take());
            })
        },
        baseline: "the box alone, made and dropped",
        run_baseline: |times| {
            timed(times, |_| {
                black_box::<Box<[f64]>>(Box::new([1.0, 2.0]));
            })
        },
    }]),
};
