//! The branch predictor knows the input by heart.

use super::sorted_already::{insertion, numbers};
use super::{Naive, Trap, are_timed, per_call};
use abreast_compare::results::GroupResult;
use abreast_compare::{AnyGroup, Group};
use std::hint::black_box;

pub const TRAP: Trap = Trap {
    name: "same-input",
    question: "to sort sixteen numbers, by insertion or by a network?",
    naive,
    group,
    check,
    why: "The same numbers each time: the branch predictor learns all comparisons of the insertion. With \
          .inputs(256) as many inputs take turns, and many a guess is wrong. A network compares the same pairs always.",
};

const N: usize = 16;
const INPUTS: usize = 256;

/// Batcher's odd-even merge sort: which two are compared does not depend on what is found. Arrays of other
/// lengths, which are tried but not timed, are left to the other function.
fn network(x: &mut [u64]) {
    let Ok(x) = <&mut [u64; N]>::try_from(&mut *x) else {
        insertion(x);
        return;
    };
    layer(x, [(0, 1), (2, 3), (4, 5), (6, 7), (8, 9), (10, 11), (12, 13), (14, 15)]);
    layer(x, [(0, 2), (1, 3), (4, 6), (5, 7), (8, 10), (9, 11), (12, 14), (13, 15)]);
    layer(x, [(1, 2), (5, 6), (9, 10), (13, 14)]);
    layer(x, [(0, 4), (1, 5), (2, 6), (3, 7), (8, 12), (9, 13), (10, 14), (11, 15)]);
    layer(x, [(2, 4), (3, 5), (10, 12), (11, 13)]);
    layer(x, [(1, 2), (3, 4), (5, 6), (9, 10), (11, 12), (13, 14)]);
    layer(x, [(0, 8), (1, 9), (2, 10), (3, 11), (4, 12), (5, 13), (6, 14), (7, 15)]);
    layer(x, [(4, 8), (5, 9), (6, 10), (7, 11)]);
    layer(x, [(2, 4), (3, 5), (6, 8), (7, 9), (10, 12), (11, 13)]);
    layer(x, [(1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12), (13, 14)]);
}

/// Pairs that do not wait for each other.
#[inline(always)]
fn layer<const PAIRS: usize>(x: &mut [u64; N], pairs: [(usize, usize); PAIRS]) {
    for (a, b) in pairs {
        (x[a], x[b]) = (x[a].min(x[b]), x[a].max(x[b]));
    }
}

fn naive() -> Naive {
    let x: [u64; N] = numbers(N, 42).try_into().expect("so many");
    let clocked = |sort: fn(&mut [u64])| {
        per_call(100_000, || {
            let mut copy = black_box(x);
            sort(&mut copy);
            black_box(&copy);
        })
    };
    [("insertion", clocked(|x| _ = insertion(x))), ("network", clocked(network))]
}

fn group() -> AnyGroup {
    let group = Group::new(TRAP.name, numbers).sizes([N]).inputs(INPUTS);
    let group = group.variant_mut("insertion", |x| _ = insertion(x));
    group.variant_mut("network", |x| network(x)).into()
}

fn check(group: &GroupResult) {
    are_timed(group);
    assert_eq!(group.mode.inputs, INPUTS);
    let columns = group.cells.iter().flat_map(|cell| cell.samples.iter().flatten());
    let passes = columns.map(|column| column.calls % INPUTS as u64);
    assert!(passes.clone().count() > 3 && passes.max() == Some(0), "every sample has every input");
}
