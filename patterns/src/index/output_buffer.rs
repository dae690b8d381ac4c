use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::output_buffer::{append_primes, primes_into};
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 9,
    name: "output_buffer",
    title: "Output buffer",
    chapter: Chapter::Ownership,
    goes_wrong: "the result shows memory that C has not written",
    tests: &[
        "the_bound_is_never_too_small",
        "a_liar_changes_nothing",
        "too_little_room_is_an_error_and_what_was_there_stays",
        "more_than_any_memory_is_an_error",
    ],
    proofs: &[Proof::Counterexample("length_without_status"), Proof::Check("memcheck")],
    cost: Cost::Measured(&[Pair {
        what: "room for 4096 numbers zeroed before C writes ten",
        run: |times| {
            timed(times, |_| {
                let mut out = vec![0; black_box(4096)];
                black_box(primes_into(30, black_box(&mut out[..]))).ok();
            })
        },
        baseline: "the same room lent as it is",
        run_baseline: |times| {
            timed(times, |_| {
                let mut out = Vec::new();
                black_box(append_primes(30, black_box(4096), &mut out)).ok();
                black_box(out);
            })
        },
    }]),
};
