use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::stored_callback::{Relaxation, raw};
use std::ffi::{c_int, c_void};
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

pub static ROW: Row = Row {
    number: 19,
    name: "stored_callback",
    title: "Stored callback",
    chapter: Chapter::Callbacks,
    goes_wrong: "C calls a closure that is gone, from a thread of its own",
    tests: &[
        "dropped_while_firing_it_is_never_called_again",
        "drop_waits_for_the_call_that_runs",
        "a_callback_may_end_itself_and_subscribe_others",
        "a_panic_ends_the_callback_and_nothing_else",
        "a_payload_that_panics_itself_does_not_reach_c",
        "sweeps_beyond_all_numbers_are_without_end",
        "the_data_is_destroyed_once_whoever_ends_it",
        "the_last_owner_may_be_in_the_callback",
        "two_iterations_may_end_each_other",
    ],
    proofs: &[
        Proof::Counterexample("freed_while_running"),
        Proof::Counterexample("never_destroyed"),
        Proof::CompileFail("E0277"),
        Proof::CompileFail("E0597"),
    ],
    cost: Cost::Measured(&[
        Pair {
            what: "an event to a closure",
            run: events_to_a_closure,
            baseline: "an event to a bare function",
            run_baseline: events_to_a_function,
        },
        Pair {
            what: "subscribe and drop",
            run: subscribe_and_drop,
            baseline: "register and unregister a bare function",
            run_baseline: register_and_unregister,
        },
    ]),
};

fn events_to_a_closure(times: u64) -> Duration {
    let relaxation = Relaxation::new().expect("a thread");
    let _subscription = relaxation.observe(|_, residual| {
        black_box(residual);
        ControlFlow::Continue(())
    });
    all_sweeps(&relaxation, times)
}

extern "C" fn bare(_: *mut c_void, _: u64, residual: f64) -> c_int {
    black_box(residual);
    0
}

extern "C" fn nothing(_: *mut c_void) {}

fn events_to_a_function(times: u64) -> Duration {
    let relaxation = Relaxation::new().expect("a thread");
    register_bare(&relaxation);
    all_sweeps(&relaxation, times)
}

/// Waking the thread and being woken take as long as hundreds of events: there are more of them.
fn all_sweeps(relaxation: &Relaxation, times: u64) -> Duration {
    const MORE: u32 = 32;
    relaxation.run(1);
    relaxation.settle();
    let clock = Instant::now();
    relaxation.run(times * u64::from(MORE));
    relaxation.settle();
    clock.elapsed() / MORE
}

fn subscribe_and_drop(times: u64) -> Duration {
    let relaxation = Relaxation::new().expect("a thread");
    timed(times, |i| {
        drop(relaxation.observe(move |_, _| {
            black_box(i);
            ControlFlow::Continue(())
        }));
    })
}

fn register_and_unregister(times: u64) -> Duration {
    let relaxation = Relaxation::new().expect("a thread");
    timed(times, |_| unregister(&relaxation, register_bare(&relaxation)))
}

#[allow(unsafe_code)]
fn register_bare(relaxation: &Relaxation) -> u64 {
    // SAFETY: the handle is alive; the functions do not look at the data.
    unsafe { raw::ab_relax_register(relaxation.as_raw(), bare, std::ptr::null_mut(), nothing) }
}

#[allow(unsafe_code)]
fn unregister(relaxation: &Relaxation, number: u64) {
    // SAFETY: the handle is alive.
    unsafe { raw::ab_relax_unregister(relaxation.as_raw(), number) }
}
