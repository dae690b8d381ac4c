use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::kept_callback::{Root, raw};
use std::ffi::c_void;
use std::hint::black_box;
use std::time::Duration;

pub static ROW: Row = Row {
    number: 38,
    name: "kept_callback",
    title: "Kept callback",
    chapter: Chapter::Callbacks,
    goes_wrong: "a solver calls a closure that has moved since it was set, or enters it twice",
    tests: &[
        "later_calls_find_the_closure_wherever_the_solver_has_moved",
        "a_closure_ends_once_when_c_has_let_go_of_it",
        "a_panic_arrives_in_the_call_that_it_happened_in",
        "a_library_that_goes_on_after_a_panic_does_not_reach_the_closure",
        "a_bracket_without_a_sign_change_is_refused_and_named",
    ],
    proofs: &[
        Proof::Counterexample("closure_moved_with_its_owner"),
        Proof::Counterexample("entered_while_running"),
        Proof::CompileFail("E0597"),
        Proof::CompileFail("E0277"),
    ],
    cost: Cost::Measured(&[Pair {
        what: "a step of a solver that keeps a closure",
        run: with_a_closure,
        baseline: "of one that keeps a bare function",
        run_baseline: with_a_function,
    }]),
};

fn with_a_closure(times: u64) -> Duration {
    let two = black_box(2.0);
    let Ok(mut root) = Root::new() else { return Duration::ZERO };
    root.set(0.0, 2.0, |x| x * x - two).expect("the sign changes");
    timed(times, |_| {
        let _ = black_box(root.step());
    })
}

#[allow(unsafe_code)]
unsafe extern "C" fn square(two: *mut c_void, x: f64, y: *mut f64) -> i32 {
    // SAFETY: the number below, which is alive.
    let two = unsafe { *two.cast::<f64>() };
    // SAFETY: C gives the place of one double.
    unsafe { y.write(x * x - two) };
    0
}

#[allow(unsafe_code)]
fn with_a_function(times: u64) -> Duration {
    let mut two = black_box(2.0);
    let root = raw::ab_root_new();
    if root.is_null() {
        return Duration::ZERO;
    }
    // SAFETY: the solver is alive, and so is the number until it ends.
    unsafe { raw::ab_root_set(root, square, (&raw mut two).cast(), 0.0, 2.0) };
    let took = timed(times, |_| {
        // SAFETY: the solver is alive.
        black_box(unsafe { raw::ab_root_step(root) });
    });
    // SAFETY: made above, ended once.
    unsafe { raw::ab_root_free(root) };
    took
}
