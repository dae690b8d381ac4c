use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::std_function::Terms;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

pub static ROW: Row = Row {
    number: 20,
    name: "std_function",
    title: "std::function",
    chapter: Chapter::Callbacks,
    goes_wrong: "C++ copies a functor that points to a closure: nobody frees it, or every copy does",
    tests: &[
        "copies_share_one_closure_and_go_in_any_order",
        "added_never_or_too_often_it_is_dropped",
        "a_panic_passes_cpp_with_its_payload",
        "a_panic_that_cpp_swallows_is_freed",
        "an_exception_caught_twice_gives_its_payload_once",
        "one_exception_on_many_threads_gives_its_payload_to_one",
        "a_remembered_closure_may_ask_for_the_sum_that_it_is_part_of",
        "a_drop_that_panics_below_cpp_does_not_end_the_process",
        "a_term_of_cpp_that_throws_is_an_error",
        "many_threads_may_call_and_any_may_drop",
    ],
    proofs: &[Proof::Counterexample("dropped_by_each_copy")],
    cost: Cost::Measured(&[
        Pair {
            what: "a std::function of a Rust closure",
            run: |times| call(times, |terms| terms.add(root, 1)),
            baseline: "a std::function of a C++ lambda",
            run_baseline: |times| call(times, Terms::add_root),
        },
        Pair {
            what: "a closure in a std::function, copied three times, and all dropped",
            run: |times| {
                timed(times, |i| {
                    let mut terms = Terms::new().expect("memory");
                    let _ = black_box(terms.add(move |x| x + i as f64, 3));
                })
            },
            baseline: "in an Arc, cloned three times into a Vec",
            run_baseline: |times| {
                timed(times, |i| {
                    let one = Arc::new(move |x: f64| x + i as f64);
                    let copies: Vec<_> = (0..3).map(|_| Arc::clone(&one)).collect();
                    drop(black_box((copies, one)));
                })
            },
        },
    ]),
};

fn root(x: f64) -> f64 {
    assert!(x >= 0.0);
    x.sqrt()
}

fn call<E: std::fmt::Debug>(times: u64, add: fn(&mut Terms) -> Result<(), E>) -> Duration {
    let mut terms = Terms::new().expect("memory");
    add(&mut terms).expect("memory");
    timed(times, |i| {
        let _ = black_box(terms.at(i as f64));
    })
}
