use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::errno::{at, rate, raw};
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 12,
    name: "errno",
    title: "errno, at once",
    chapter: Chapter::Errors,
    goes_wrong: "the reason of a failure is overwritten before it is read",
    tests: &[
        "a_refusal_keeps_its_reason_whatever_comes_after",
        "a_right_result_is_not_refused_for_what_was_before",
        "columns_that_differ_are_refused_before_the_call",
        "each_thread_has_its_own",
    ],
    proofs: &[Proof::Counterexample("errno_after_the_log"), Proof::Counterexample("errno_not_cleared")],
    cost: Cost::Measured(&[
        Pair {
            what: "errno cleared, a call, errno read",
            run: |times| {
                timed(times, |_| {
                    black_box(rate(black_box(1e13), 8e4, 300.0).unwrap_or(0.0));
                })
            },
            baseline: "the call alone",
            run_baseline: |times| {
                timed(times, |_| {
                    black_box(raw::ab_rate(black_box(1e13), 8e4, 300.0));
                })
            },
        },
        Pair {
            what: "a refusal made an io::Error",
            run: |times| {
                timed(times, |_| {
                    black_box(at(&[0.0, 1.0], &[0.0, 1.0], black_box(2.0)).is_err());
                })
            },
            baseline: "the same call, not refused",
            run_baseline: |times| {
                timed(times, |_| {
                    black_box(at(&[0.0, 1.0], &[0.0, 1.0], black_box(1.0)).is_err());
                })
            },
        },
    ]),
};
