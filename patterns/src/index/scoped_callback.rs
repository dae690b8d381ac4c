use super::{Chapter, Cost, Pair, Proof, Row};
use crate::scoped_callback::{integrate, raw};
use std::convert::Infallible;
use std::ffi::c_void;
use std::hint::black_box;
use std::time::{Duration, Instant};

pub static ROW: Row = Row {
    number: 18,
    name: "scoped_callback",
    title: "Scoped callback",
    chapter: Chapter::Callbacks,
    goes_wrong: "the closure has moved or ended while C holds it; its panic aborts",
    tests: &[
        "it_borrows_from_its_caller",
        "the_first_error_stops_it",
        "a_panic_arrives_with_its_payload_and_the_next_call_is_as_ever",
        "integrals_nest_and_only_the_inner_panic_is_caught_inside",
        "a_library_that_goes_on_after_a_failure_does_not_reach_the_closure",
        "panels_that_simpson_cannot_pair_are_refused",
    ],
    proofs: &[Proof::Counterexample("called_after_the_call"), Proof::Counterexample("panicked_over_c")],
    cost: Cost::Measured(&[
        Pair {
            what: "a point of a closure",
            run: through_a_closure,
            baseline: "a point of a bare function, without a guard",
            run_baseline: through_a_function,
        },
        Pair {
            what: "a point of a closure, C's loop",
            run: through_a_closure,
            baseline: "the same rule and closure in Rust",
            run_baseline: all_in_rust,
        },
    ]),
};

/// Points are what is counted: one integral with as many panels, rounded up to a pair.
fn panels(times: u64) -> usize {
    times.next_multiple_of(2) as usize
}

fn through_a_closure(times: u64) -> Duration {
    let clock = Instant::now();
    let scale = black_box(3.0);
    let _ = black_box(integrate(0.0, 1.0, panels(times), |x| Ok::<_, Infallible>(scale * x * x)));
    clock.elapsed()
}

#[allow(unsafe_code)]
extern "C" fn square(data: *mut c_void, x: f64, y: *mut f64) -> i32 {
    // SAFETY: the pair below passes a double that outlives the call.
    let scale = unsafe { *data.cast::<f64>() };
    // SAFETY: C gives the place of one double.
    unsafe { y.write(scale * x * x) };
    0
}

#[allow(unsafe_code)]
fn through_a_function(times: u64) -> Duration {
    let clock = Instant::now();
    let (mut scale, mut integral) = (black_box(3.0), 0.0);
    let data = std::ptr::from_mut(&mut scale).cast();
    // SAFETY: `square` is made for a double, and it outlives the call.
    unsafe { raw::ab_simpson(square, data, 0.0, 1.0, panels(times), &mut integral) };
    black_box(integral);
    clock.elapsed()
}

fn all_in_rust(times: u64) -> Duration {
    let clock = Instant::now();
    let (scale, n) = (black_box(3.0), panels(times));
    let (f, h) = (|x: f64| scale * x * x, 1.0 / n as f64);
    let weight = |i: usize| if i == 0 || i == n { 1.0 } else { 2.0 + 2.0 * (i % 2) as f64 };
    black_box((0..=n).map(|i| weight(i) * f(i as f64 * h)).sum::<f64>() * h / 3.0);
    clock.elapsed()
}
