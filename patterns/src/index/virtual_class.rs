use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::virtual_class::{Curve, Failed, Sum};
use std::hint::black_box;
use std::time::Duration;

pub static ROW: Row = Row {
    number: 42,
    name: "virtual_class",
    title: "Virtual class",
    chapter: Chapter::Directions,
    goes_wrong: "a vtable is put together by hand, a panic or an exception passes a virtual call",
    tests: &[
        "objects_of_both_languages_add_up",
        "an_error_is_an_exception_in_between_that_cpp_may_handle",
        "an_exception_of_cpp_is_an_error",
        "a_panic_goes_through_cpp_with_its_payload",
        "cpp_drops_each_object_once_whatever_that_does",
        "a_long_text_is_cut_between_letters",
    ],
    proofs: &[
        Proof::Counterexample("vtable_by_hand"),
        Proof::Counterexample("panic_in_a_virtual_function"),
    ],
    cost: Cost::Measured(&[
        Pair {
            what: "C++ calls an object of Rust's",
            run: |times| values(times, |sum| sum.add(Hyperbola), 2.0),
            baseline: "it calls one of its own",
            run_baseline: |times| values(times, Sum::add_hyperbola, 2.0),
        },
        Pair {
            what: "an error of Rust's through C++ as an exception",
            run: |times| values(times, |sum| sum.add(Hyperbola), 0.0),
            baseline: "an exception of C++",
            run_baseline: |times| values(times, Sum::add_hyperbola, 0.0),
        },
    ]),
};

struct Hyperbola;

impl Curve for Hyperbola {
    fn at(&self, x: f64) -> Result<f64, Failed> {
        if x == 0.0 { Err(Failed("1/x has no value at 0".to_owned())) } else { Ok(1.0 / x) }
    }

    fn slope(&self, x: f64) -> Result<f64, Failed> {
        self.at(x).map(|y| -y * y)
    }
}

/// The value at `x` of a sum of one curve.
fn values(
    times: u64,
    add: impl FnOnce(&mut Sum<'static>) -> Result<(), Failed>,
    x: f64,
) -> Duration {
    let Ok(mut sum) = Sum::new() else { return Duration::ZERO };
    if add(&mut sum).is_err() {
        return Duration::ZERO;
    }
    timed(times, |_| {
        let _ = black_box(sum.at(black_box(x)));
    })
}
