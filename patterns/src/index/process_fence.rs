use super::{Chapter, Cost, Proof, Row};

pub static ROW: Row = Row {
    number: 26,
    name: "process_fence",
    title: "Process fence",
    chapter: Chapter::Threads,
    goes_wrong: "a crash in C ends the whole program",
    tests: &["a_known_rule_is_checked_and_needs_no_fence"],
    proofs: &[Proof::File("tests/fence.rs"), Proof::Counterexample("null_in_process")],
    cost: COST,
};

const BASELINE: &str = "the same call in this process";

#[cfg(not(feature = "fence"))]
const COST: Cost = Cost::Unbuilt { baseline: BASELINE, why: "built without the feature `fence`" };

#[cfg(feature = "fence")]
const COST: Cost = Cost::Measured(&[super::Pair {
    what: "a call in a worker process",
    run: priced::fenced,
    baseline: BASELINE,
    run_baseline: priced::here,
}]);

#[cfg(feature = "fence")]
mod priced {
    use crate::process_fence::{Fence, Integral, integrate_checked};
    use std::hint::black_box;
    use std::time::Duration;

    const CUBIC: Integral = Integral { points: 2, c: [1.0; 4], from: 0.0, to: 1.0 };

    pub fn fenced(times: u64) -> Duration {
        let fence = Fence::new(Duration::from_secs(10)).expect("a fence");
        // Started, before the clock is.
        fence.integrate(&CUBIC).expect("main begins with worker_main");
        super::super::timed(times, |_| {
            black_box(fence.integrate(black_box(&CUBIC)).expect("no crash"));
        })
    }

    pub fn here(times: u64) -> Duration {
        super::super::timed(times, |_| {
            black_box(integrate_checked(black_box(&CUBIC)).expect("a rule"));
        })
    }
}
