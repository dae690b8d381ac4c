//! What is done before each call is timed with it.

use super::{Naive, Trap, are_timed, per_call};
use abreast_compare::inputs::uniform;
use abreast_compare::{AnyGroup, Group};
use std::hint::black_box;

pub const TRAP: Trap = Trap {
    name: "set-up",
    question: "to scale numbers, divide each or multiply by the inverse?",
    naive,
    group,
    check: are_timed,
    why: "The clock also sees the copy that each call works on, and the pages that the system finds for it: the \
          same time twice, which brings the ratio nearer to 1. Here copies are made outside of the time.",
};

const N: usize = 1 << 16;
/// A power of two, so that both give the same bits.
const BY: f64 = 4.0;

fn divide(x: &mut [f64], by: f64) {
    x.iter_mut().for_each(|x| *x /= by);
}

fn multiply(x: &mut [f64], by: f64) {
    let inverse = 1.0 / by;
    x.iter_mut().for_each(|x| *x *= inverse);
}

fn naive() -> Naive {
    let (x, by) = (uniform(N, 42), black_box(BY));
    let clocked = |scale: fn(&mut [f64], f64)| {
        per_call(1000, || {
            let mut copy = x.clone();
            scale(&mut copy, by);
            black_box(&copy);
        })
    };
    [("divide", clocked(divide)), ("multiply", clocked(multiply))]
}

fn group() -> AnyGroup {
    let group = Group::new(TRAP.name, uniform).sizes([N]);
    let group = group.variant_mut("divide", |x| divide(x, black_box(BY)));
    group.variant_mut("multiply", |x| multiply(x, black_box(BY))).into()
}
