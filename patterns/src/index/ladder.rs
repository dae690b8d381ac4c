#![allow(unsafe_code)]

use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::ladder::{Bare, Cubic, Firewall, LIBRARY, Lock, OwnThread, Solve};
use std::hint::black_box;
use std::sync::PoisonError;
use std::time::Duration;

pub static ROW: Row = Row {
    number: 36,
    name: "ladder",
    title: "Containment ladder",
    chapter: Chapter::Threads,
    goes_wrong: "each new misdeed of a library means rewriting every place that calls it",
    tests: &[
        "a_call_site_gets_the_same_from_every_rung",
        "the_lock_keeps_the_global_state_of_one_call_at_a_time",
        "the_library_sees_one_thread_whoever_calls",
        "lies_are_faults",
    ],
    proofs: &[
        Proof::Counterexample("threw_on_the_lowest_step"),
        Proof::Counterexample("asserted_in_process"),
        Proof::File("tests/fence.rs"),
    ],
    cost: Cost::Measured(&[
        Pair { what: "behind the lock", run: |times| on(times, &Lock), baseline: STATUS, run_baseline },
        Pair {
            what: "behind the exception firewall",
            run: |times| {
                let _alone = LIBRARY.lock().unwrap_or_else(PoisonError::into_inner);
                // SAFETY: every safe way to call the library takes the lock, which is held.
                on(times, &unsafe { Firewall::new() })
            },
            baseline: STATUS,
            run_baseline,
        },
        Pair {
            what: "on the library's own thread",
            run: |times| on(times, &OwnThread::new().unwrap()),
            baseline: STATUS,
            run_baseline,
        },
        #[cfg(feature = "fence")]
        Pair {
            what: "in a worker process",
            run: |times| {
                let worker = crate::ladder::Worker::new().unwrap();
                // Started, before the clock is.
                worker.solve(&ONE_STEP).unwrap();
                on(times, &worker)
            },
            baseline: STATUS,
            run_baseline,
        },
    ]),
};

const STATUS: &str = "the plain call with a status";

/// x - 1 from 1: the library takes one step, and the price is that of the step.
const ONE_STEP: Cubic = Cubic { c: [-1.0, 1.0, 0.0, 0.0], start: 1.0 };

fn on(times: u64, step: &dyn Solve) -> Duration {
    timed(times, |_| {
        black_box(step.solve(black_box(&ONE_STEP)).unwrap());
    })
}

fn run_baseline(times: u64) -> Duration {
    let _alone = LIBRARY.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: every safe way to call the library takes the lock, which is held.
    on(times, &unsafe { Bare::new() })
}
