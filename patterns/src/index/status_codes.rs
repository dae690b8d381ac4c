use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::status_codes::{area, raw};
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 11,
    name: "status_codes",
    title: "Status codes",
    chapter: Chapter::Errors,
    goes_wrong: "a failure is overlooked and the old result used; a new code is taken for another",
    tests: &[
        "every_code_of_the_header_has_its_variant",
        "every_refusal_comes_as_its_error",
        "every_error_has_a_text_of_its_own",
        "a_text_without_end_and_one_that_is_no_utf8_are_read_all_the_same",
    ],
    proofs: &[Proof::Counterexample("status_ignored"), Proof::Counterexample("text_without_end")],
    cost: Cost::Measured(&[Pair {
        what: "a call whose code is made a Result",
        run: |times| {
            timed(times, |_| {
                black_box(area(black_box(&[1.0]), 0.0..1.0, 1e-9).unwrap_or(0.0));
            })
        },
        baseline: "the same call, its code ignored",
        run_baseline: |times| {
            timed(times, |_| {
                black_box(unchecked(black_box(&[1.0])));
            })
        },
    }]),
};

#[allow(unsafe_code)]
#[inline(always)]
fn unchecked(terms: &[f64]) -> f64 {
    let mut area = f64::NAN;
    // SAFETY: pointer and length are those of a slice, the result is a variable of ours.
    unsafe { raw::ab_quad(terms.len(), terms.as_ptr(), 0.0, 1.0, 1e-9, &mut area) };
    area
}
