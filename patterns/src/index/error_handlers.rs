use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::error_handlers::{lambert_w, raw};
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 40,
    name: "error_handlers",
    title: "Error handlers and loggers",
    chapter: Chapter::Errors,
    goes_wrong: "a library's own handler aborts, a new one mixes up threads, a va_list prints garbage",
    tests: &[
        "it_is_the_inverse_of_w_exp_w",
        "a_failure_belongs_to_its_call_and_its_thread",
        "the_first_of_several_failures_counts",
        "a_call_in_a_logger_has_a_failure_of_its_own",
        "texts_of_any_length_arrive_whole",
        "a_logger_that_panics_or_sets_another_one_harms_nobody",
    ],
    proofs: &[
        Proof::Counterexample("default_handler_aborts"),
        Proof::Counterexample("handler_panics"),
        Proof::Counterexample("va_list_passed_as_dots"),
        Proof::Check("sanitize-threads"),
    ],
    cost: Cost::Measured(&[
        Pair {
            what: "a call whose failure would be noted",
            run: |times| {
                timed(times, |_| {
                    let _ = black_box(lambert_w(black_box(f64::INFINITY)));
                })
            },
            baseline: "the call alone",
            run_baseline: |times| {
                // So that both have the same handlers.
                let _ = lambert_w(1.0);
                timed(times, |_| {
                    black_box(raw::ab_lambert(black_box(f64::INFINITY)));
                })
            },
        },
        Pair {
            what: "a call that fails, with its reason and a message",
            run: |times| {
                timed(times, |_| {
                    let _ = black_box(lambert_w(black_box(-1.0)));
                })
            },
            baseline: "one that does not",
            run_baseline: |times| {
                timed(times, |_| {
                    let _ = black_box(lambert_w(black_box(f64::INFINITY)));
                })
            },
        },
    ]),
};
