use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::enums_as_integers::{Stop, raw::ab_stop};
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 4,
    name: "enums_as_integers",
    title: "Enums come in as integers",
    chapter: Chapter::Layout,
    goes_wrong: "C returns a number that the Rust enum cannot hold, and Some of it is None",
    tests: &[
        "every_reason_of_the_header_has_a_name_here",
        "any_other_number_is_kept_and_known_to_be_unknown",
        "each_rule_finds_the_minimum_and_says_why_it_stopped",
        "numbers_at_the_end_of_the_range_leave_the_place_in_the_interval",
        "a_question_without_sense_is_refused",
        "any_number_of_steps_will_do",
    ],
    proofs: &[Proof::Counterexample("three_in_an_enum"), Proof::Counterexample("two_in_a_bool")],
    cost: Cost::Measured(&[Pair {
        what: "an enum from C's number",
        run: |times| {
            timed(times, |i| {
                black_box(Stop::from(ab_stop(black_box(i as i32 & 3))));
            })
        },
        baseline: "the bare number",
        run_baseline: |times| {
            timed(times, |i| {
                black_box(ab_stop(black_box(i as i32 & 3)));
            })
        },
    }]),
};
