//! Two times are never equal.

use super::{Naive, Trap, are_timed, per_call};
use abreast_compare::inputs::uniform;
use abreast_compare::results::{GroupResult, Standing};
use abreast_compare::{AnyGroup, Group, Within};
use std::hint::black_box;

pub const TRAP: Trap = Trap {
    name: "same-code",
    question: "a sum and the same sum under another name: which one is faster?",
    naive,
    group,
    check,
    why: "One number each, without a word about how far the next one will be off. Here a ratio has an interval, \
          the baseline is timed against itself, and a difference within that noise is none (=).",
};

#[inline(never)]
fn sum(x: &[f64]) -> f64 {
    x.iter().sum()
}

fn naive() -> Naive {
    let x = uniform(1000, 42);
    // So few calls that a second run says something else.
    [
        ("sum", per_call(50, || _ = black_box(sum(black_box(&x))))),
        ("the same", per_call(50, || _ = black_box(sum(black_box(&x))))),
    ]
}

fn group() -> AnyGroup {
    let group = Group::new(TRAP.name, uniform).sizes([1000]).agree(Within::exact());
    group.variant("sum", |x| sum(x)).variant("the same", |x| sum(x)).into()
}

fn check(group: &GroupResult) {
    are_timed(group);
    let ratios = group.cells.iter().flat_map(|cell| &cell.rows).filter_map(|row| row.ratio);
    for ratio in ratios {
        // Without an interval no direction is given, however few rounds a busy machine has left.
        let has_direction = matches!(ratio.standing, Standing::Faster | Standing::Slower);
        assert!(ratio.low.is_some() || !has_direction, "{ratio:?}");
    }
}
