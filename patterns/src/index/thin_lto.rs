use super::{Chapter, Cost, Pair, Proof, Row};
use crate::thin_lto::{cubic_of_all, cubic_of_all_in_rust};
use std::hint::black_box;
use std::time::{Duration, Instant};

pub static ROW: Row = Row {
    number: 31,
    name: "thin_lto",
    title: "Cross-language ThinLTO",
    chapter: Chapter::Build,
    goes_wrong: "a call per element can be neither inlined nor vectorised",
    tests: &["inlined_or_not_the_bits_are_the_same", "lengths_that_differ_are_refused"],
    proofs: &[Proof::Check("thin-lto")],
    cost: Cost::Measured(&[Pair {
        what: "one C call per element, without ThinLTO",
        run: |times| of_elements(times, cubic_of_all),
        baseline: "the same loop in Rust alone, per element",
        run_baseline: |times| of_elements(times, cubic_of_all_in_rust),
    }]),
};

/// Elements a call works on: they stay in the first-level cache.
const ELEMENTS: u64 = 1024;

fn of_elements(times: u64, map: fn(&[f64], &mut [f64])) -> Duration {
    let x: Vec<f64> = (0..ELEMENTS).map(|i| i as f64).collect();
    let mut y = vec![0.0; ELEMENTS as usize];
    let rounds = times.div_ceil(ELEMENTS);
    let clock = Instant::now();
    for _ in 0..rounds {
        map(black_box(&x), black_box(&mut y));
    }
    // Whole rounds are run: the time is scaled to what was asked for.
    clock.elapsed().mul_f64(times as f64 / (rounds * ELEMENTS) as f64)
}
