use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::sanitizer_lanes::Guarded;
use std::hint::black_box;
use std::sync::Mutex;

pub static ROW: Row = Row {
    number: 27,
    name: "sanitizer_lanes",
    title: "Sanitizer lanes",
    chapter: Chapter::Build,
    goes_wrong: "a read too far, a leak or a race passes every test",
    tests: &[
        "no_sample_is_lost_between_threads",
        "what_is_outside_is_left_out",
        "a_histogram_without_bins_is_refused",
        "a_panic_under_the_lock_gives_it_back",
    ],
    proofs: &[
        Proof::File("../ci/mutants/src/main.rs"),
        Proof::Check("sanitize"),
        Proof::Check("sanitize-threads"),
        Proof::Check("memcheck"),
    ],
    cost: Cost::Measured(&[Pair {
        what: "a lock that leaves notes for ThreadSanitizer, in a build without it",
        run: |times| {
            let guarded = Guarded::new(0);
            timed(times, |i| guarded.with(|value| *value = black_box(i)))
        },
        baseline: "the same Mutex without notes",
        run_baseline: |times| {
            let plain = Mutex::new(0);
            timed(times, |i| *plain.lock().expect("nobody panics") = black_box(i))
        },
    }]),
};
