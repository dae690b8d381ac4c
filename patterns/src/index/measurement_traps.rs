use super::{Chapter, Cost, Pair, Proof, Row};
use crate::measurement_traps::*;
use std::hint::black_box;
use std::time::{Duration, Instant};

pub static ROW: Row = Row {
    number: 37,
    name: "measurement_traps",
    title: "Measurement traps",
    chapter: Chapter::Build,
    goes_wrong: "a benchmark says that the border is free, or that C is slow",
    tests: &[
        "every_way_to_measure_computes_the_same",
        "the_three_loops_give_the_same_bits",
        "lengths_that_differ_never_reach_c",
    ],
    proofs: &[Proof::File("benches/patterns.rs")],
    cost: Cost::Measured(&[
        Pair {
            what: "a call of C, chained in a register",
            run: |times| clocked(|| chain(times, in_c)),
            baseline: "Rust inlined, chained in a register",
            run_baseline: |times| clocked(|| chain(times, in_rust)),
        },
        Pair {
            what: "trap: a call of C, each result through black_box",
            run: |times| clocked(|| chain_through_memory(times, in_c)),
            baseline: "Rust inlined, each result through black_box",
            run_baseline: |times| clocked(|| chain_through_memory(times, in_rust)),
        },
        Pair {
            what: "catch_unwind around C that may unwind",
            run: |times| clocked(|| chain(times, guarded(in_c_that_may_unwind))),
            baseline: "the same call without it",
            run_baseline: |times| clocked(|| chain(times, in_c_that_may_unwind)),
        },
        Pair {
            what: "trap: catch_unwind around Rust that can be inlined",
            run: |times| clocked(|| chain(times, guarded(in_rust))),
            baseline: "the same without it",
            run_baseline: |times| clocked(|| chain(times, in_rust)),
        },
        Pair {
            what: "axpy by C at -O3, 1024 elements",
            run: |times| of_axpy(times, axpy_at_o3),
            baseline: "by Rust",
            run_baseline: |times| of_axpy(times, axpy_in_rust),
        },
        Pair {
            what: "trap: axpy by C at -O2, 1024 elements",
            run: |times| of_axpy(times, axpy_at_o2),
            baseline: "by Rust",
            run_baseline: |times| of_axpy(times, axpy_in_rust),
        },
    ]),
};

#[inline(always)]
fn clocked(run: impl FnOnce() -> u64) -> Duration {
    let clock = Instant::now();
    black_box(run());
    clock.elapsed()
}

fn of_axpy(times: u64, axpy: fn(f64, &[f64], &mut [f64])) -> Duration {
    let (x, mut y) = (vec![1e-9; 1024], vec![0.0; 1024]);
    let clock = Instant::now();
    for _ in 0..times {
        axpy(black_box(0.5), black_box(&x), black_box(&mut y));
    }
    clock.elapsed()
}
