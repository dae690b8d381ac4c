use super::{Chapter, Cost, Pair, Proof, Row};
use crate::batching::{Points, fill, point};
use std::hint::black_box;
use std::time::{Duration, Instant};

pub static ROW: Row = Row {
    number: 21,
    name: "batching",
    title: "Batching",
    chapter: Chapter::Callbacks,
    goes_wrong: "a call per element costs more than the element, and keeps the loop from being vectorised",
    tests: &[
        "blocks_of_any_size_have_the_bits_of_single_points",
        "the_iterator_has_no_seam_between_blocks",
        "iterators_do_not_know_of_each_other",
    ],
    proofs: &[Proof::Counterexample("next_is_kept_by_the_library")],
    cost: Cost::Measured(&[
        Pair {
            what: "an element of a block of 1024",
            run: blocks,
            baseline: "an element by a call of its own",
            run_baseline: calls,
        },
        Pair {
            what: "an element of the sum over the iterator",
            run: |times| sum(times, |n| Points::from(n).take(1024).sum()),
            baseline: "of the sum over single calls",
            run_baseline: |times| sum(times, |n| (n..n + 1024).map(point).sum()),
        },
    ]),
};

/// Elements are what is counted, in rounds of 1024.
fn rounds(times: u64, mut round: impl FnMut(u64)) -> Duration {
    let (whole, rest) = (times / 1024, times % 1024);
    let clock = Instant::now();
    for i in 0..whole.max(1) {
        round(i * 1024);
    }
    // What was not asked for is not counted, what was left out is: both are less than one round.
    let each = clock.elapsed().as_secs_f64() / (whole.max(1) * 1024) as f64;
    Duration::from_secs_f64(each * (whole * 1024 + rest) as f64)
}

fn blocks(times: u64) -> Duration {
    let mut out = [0.0; 1024];
    rounds(times, |first| fill(first, black_box(&mut out)))
}

fn calls(times: u64) -> Duration {
    let mut out = [0.0; 1024];
    rounds(times, |first| {
        black_box(&mut out).iter_mut().zip(first..).for_each(|(y, i)| *y = point(i));
    })
}

fn sum(times: u64, of: fn(u64) -> f64) -> Duration {
    rounds(times, |first| {
        black_box(of(first));
    })
}
