use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::unwind_corridor::sweep;
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

pub static ROW: Row = Row {
    number: 16,
    name: "unwind_corridor",
    title: "Unwind corridor",
    chapter: Chapter::Errors,
    goes_wrong: "a panic aborts in C++ that keeps it, an exception aborts in Rust",
    tests: &[
        "a_panic_passes_and_everybody_cleans_up",
        "a_sweep_without_a_panic_is_kept",
        "corridors_may_be_nested",
    ],
    proofs: &[
        Proof::File("tests/unwinding.rs"),
        Proof::Counterexample("kept_by_cpp"),
        Proof::Counterexample("exception_in_the_corridor"),
        Proof::Counterexample("panic_on_a_thread_of_cpp"),
    ],
    cost: Cost::Measured(&[Pair {
        what: "a panic through a frame of C++",
        run: |times| {
            timed(times, |_| {
                black_box(caught(|| sweep(&mut [1.0], |_| raise()).is_ok()));
            })
        },
        baseline: "a panic in Rust alone",
        run_baseline: |times| {
            timed(times, |_| {
                black_box(caught(|| raise() > 0.0));
            })
        },
    }]),
};

fn caught(work: impl FnOnce() -> bool) -> bool {
    catch_unwind(AssertUnwindSafe(work)).is_err()
}

/// A panic without the hook, which would print.
#[inline(never)]
fn raise() -> f64 {
    resume_unwind(Box::new(()))
}
