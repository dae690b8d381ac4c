use super::{Chapter, Cost, Pair, Proof, Row};
use crate::cpp_classes::Histogram;
use std::hint::black_box;
use std::time::{Duration, Instant};

pub static ROW: Row = Row {
    number: 43,
    name: "cpp_classes",
    title: "C++ classes",
    chapter: Chapter::Ownership,
    goes_wrong: "an object of C++ is moved by its bytes, a vector grows under its slice",
    tests: &[
        "the_iterator_gives_the_bins_of_all_samples",
        "the_owner_may_move_and_the_object_does_not",
        "an_exception_is_an_error_and_changes_nothing",
        "the_last_owner_ends_a_shared_one",
    ],
    proofs: &[
        Proof::Counterexample("moved_by_its_bytes"),
        Proof::Counterexample("slice_kept_while_it_grows"),
        Proof::CompileFail("E0502"),
        Proof::CompileFail("E0596"),
        Proof::CompileFail("E0277"),
    ],
    cost: Cost::Measured(&[
        Pair {
            what: "an element of a CxxVector by its iterator",
            run: |times| elements(times, |histogram| histogram.samples().iter().sum()),
            baseline: "of its slice",
            run_baseline: |times| elements(times, |histogram| histogram.values().iter().sum()),
        },
        Pair {
            what: "a bin of a std::map",
            run: |times| {
                elements(times, |histogram| {
                    histogram.all_bins().map_or(0.0, |bins| bins.map(|(_, n)| n as f64).sum())
                })
            },
            baseline: "an element of a slice",
            run_baseline: |times| elements(times, |histogram| histogram.values().iter().sum()),
        },
    ]),
};

/// Samples, each in a bin of its own.
const ELEMENTS: u64 = 1024;

fn elements(times: u64, sum: fn(&Histogram) -> f64) -> Duration {
    let Ok(mut histogram) = Histogram::new("x", 1.0) else { return Duration::ZERO };
    (0..ELEMENTS).for_each(|i| histogram.add(i as f64).expect("in a bin"));
    let rounds = times.div_ceil(ELEMENTS);
    let clock = Instant::now();
    for _ in 0..rounds {
        black_box(sum(black_box(&histogram)));
    }
    // Whole rounds are run: the time is scaled to what was asked for.
    clock.elapsed().mul_f64(times as f64 / (rounds * ELEMENTS) as f64)
}
