use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::by_value::{Interval, mul_to};
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 2,
    name: "by_value",
    title: "By value only what is trivial",
    chapter: Chapter::Layout,
    goes_wrong: "a C++ class with a destructor is returned elsewhere than Rust looks for it",
    tests: &[
        "every_product_is_in_the_product_both_ways",
        "infinite_ends_leave_no_nan",
        "ends_that_are_none_are_refused",
        "what_is_no_interval_gives_some_result_and_nothing_worse",
        "the_header_refuses_a_destructor",
    ],
    proofs: &[Proof::Counterexample("destructor_by_value")],
    cost: Cost::Measured(&[Pair {
        what: "two doubles out through a pointer",
        run: |times| {
            let (a, b) = operands();
            timed(times, |_| {
                black_box(mul_to(black_box(&a), black_box(&b)));
            })
        },
        baseline: "by value",
        run_baseline: |times| {
            let (a, b) = operands();
            timed(times, |_| {
                black_box(*black_box(&a) * *black_box(&b));
            })
        },
    }]),
};

fn operands() -> (Interval, Interval) {
    let interval = |low, high| Interval::new(low, high).expect("in order");
    (interval(1.0, 2.0), interval(-1.0, 3.0))
}
