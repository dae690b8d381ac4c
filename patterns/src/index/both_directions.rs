use super::{Chapter, Cost, Pair, Proof, Row};
use crate::both_directions::integral_by_c;
use std::hint::black_box;
use std::time::{Duration, Instant};

pub static ROW: Row = Row {
    number: 34,
    name: "both_directions",
    title: "Both directions",
    chapter: Chapter::Directions,
    goes_wrong: "who owns an exported pointer stands in a comment; a panic ends the host",
    tests: &[
        "c_gets_what_rust_computes",
        "every_refusal_has_its_code_and_leaves_the_result_alone",
        "what_is_no_array_is_refused",
        "a_panic_becomes_a_status",
        "the_codes_are_those_of_the_header",
    ],
    proofs: &[Proof::Counterexample("freed_by_c")],
    cost: Cost::Measured(&[Pair {
        what: "a step of C's integral that calls Rust through the boundary",
        run: |times| {
            let clock = Instant::now();
            black_box(integral_by_c(&X, &Y, 0.0, 2.0, times.max(1) as usize)).ok();
            clock.elapsed()
        },
        baseline: "the same step in Rust",
        run_baseline: in_rust,
    }]),
};

const X: [f64; 3] = [0.0, 1.0, 2.0];
const Y: [f64; 3] = [0.0, 1.0, 0.0];

/// The client's loop over the same interpolation, with nothing at a border.
fn in_rust(times: u64) -> Duration {
    let (x, y) = (black_box(&X[..]), black_box(&Y[..]));
    let clock = Instant::now();
    let mut sum = 0.0;
    for i in 0..times {
        let at = 2.0 * (i as f64 / times as f64);
        let right = x.partition_point(|knot| *knot <= at).min(x.len() - 1);
        let (left, width) = (right - 1, x[right] - x[right - 1]);
        sum += y[left] + (y[right] - y[left]) * ((at - x[left]) / width);
    }
    black_box(sum);
    clock.elapsed()
}
