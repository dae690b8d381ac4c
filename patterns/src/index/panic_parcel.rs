use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::panic_parcel::{integrate, raw};
use std::ffi::{c_int, c_void};
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 15,
    name: "panic_parcel",
    title: "Panic parcel",
    chapter: Chapter::Errors,
    goes_wrong: "a callback's panic aborts, is lost, or leaves C's memory behind",
    tests: &[
        "the_same_payload_arrives_and_c_has_cleaned_up",
        "nested_calls_keep_their_parcels_apart",
        "the_first_of_two_panics_goes_on",
        "two_threads_raise_their_own",
        "intervals_that_the_rule_does_not_know_are_refused",
        "a_closure_that_has_panicked_is_not_entered_again",
    ],
    proofs: &[Proof::Counterexample("panic_over_c_frames"), Proof::Counterexample("parcel_in_a_thread_local")],
    cost: Cost::Measured(&[Pair {
        what: "1001 callbacks that may panic",
        run: |times| {
            timed(times, |_| {
                black_box(integrate(1000, 0.0..1.0, |x| x, |_| ()).unwrap_or(0.0));
            })
        },
        baseline: "1001 callbacks that must not",
        run_baseline: |times| {
            timed(times, |_| {
                black_box(bare());
            })
        },
    }]),
};

#[allow(unsafe_code)]
unsafe extern "C" fn same(_: *mut c_void, x: f64, y: *mut f64) -> c_int {
    // SAFETY: C gives a place for the value.
    unsafe { y.write(x) };
    0
}

#[allow(unsafe_code)]
unsafe extern "C" fn unheard(_: *mut c_void, _: usize) {}

#[allow(unsafe_code)]
fn bare() -> f64 {
    let (mut area, nothing) = (f64::NAN, std::ptr::null_mut());
    // SAFETY: the callbacks do not look at what `user` points to; the result is a variable.
    unsafe { raw::ab_area(1000, 0.0, 1.0, same, unheard, nothing, &mut area) };
    area
}
