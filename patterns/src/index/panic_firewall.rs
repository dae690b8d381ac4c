use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::panic_firewall::{ab_quantile, quantile};
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 14,
    name: "panic_firewall",
    title: "Panic firewall",
    chapter: Chapter::Errors,
    goes_wrong: "a bug in a Rust library aborts the program that loaded it",
    tests: &[
        "a_host_in_c_gets_the_code_a_thousand_times_on_four_threads",
        "what_the_caller_gets_wrong_has_a_code_of_its_own",
        "the_text_of_a_panic_is_kept_for_its_thread_and_cut_at_a_character",
        "a_thread_that_has_no_thread_locals_any_more_gets_its_code",
        "a_payload_that_panics_when_dropped_does_not_get_out",
    ],
    proofs: &[Proof::Counterexample("exported_without_a_firewall")],
    cost: Cost::Measured(&[Pair {
        what: "the median of three, through the firewall",
        run: |times| {
            timed(times, |_| {
                black_box(guarded(black_box(&mut [3.0, 1.0, 2.0])));
            })
        },
        baseline: "the same in Rust",
        run_baseline: |times| {
            timed(times, |_| {
                black_box(quantile(black_box(&mut [3.0, 1.0, 2.0]), 0.5));
            })
        },
    }]),
};

#[allow(unsafe_code)]
#[inline(always)]
fn guarded(data: &mut [f64]) -> f64 {
    let mut median = f64::NAN;
    // SAFETY: pointer and length are those of a slice; the result is a variable.
    unsafe { ab_quantile(data.len(), data.as_mut_ptr(), 0.5, &mut median) };
    median
}
