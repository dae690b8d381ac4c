//! First all of one, then all of the other, on a machine that does not stay as it is.

use super::{Naive, Trap, are_timed, per_call};
use abreast_compare::{AnyGroup, Group};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

pub const TRAP: Trap = Trap {
    name: "drift",
    question: "a function and a copy of it: which one is faster?",
    naive,
    group,
    check: are_timed,
    why: "The machine became slower in between, as machines do that get warm or busy (made up here: a call does \
          twice the work for a while, then half). Here the functions take turns in rounds of under a \
          millisecond, and only ratios within a round count.",
};

/// Calls until the machine changes its speed.
const STEADY: u64 = 30_000;
const WORK: u64 = 100;

static CALLS: AtomicU64 = AtomicU64::new(0);

/// What a call has to do now.
fn work() -> u64 {
    let calls = CALLS.fetch_add(1, Ordering::Relaxed);
    WORK * (1 + calls / STEADY % 2)
}

/// The work is done one step after the other. Returns how much it was, beside the result.
fn steps(x: u64) -> (u64, u64) {
    let work = work();
    black_box((0..work).fold(x, |x, i| black_box(x ^ i)));
    (x.rotate_left(7), work)
}

fn naive() -> Naive {
    let mut done = [0, 0];
    let [first, second] = [0, 1]
        .map(|which| per_call(STEADY as u32, || done[which] += black_box(steps(black_box(7))).1));
    assert_eq!(done[1], 2 * done[0], "the second one had to do more");
    [("function", first), ("copy", second)]
}

fn group() -> AnyGroup {
    let group = Group::new(TRAP.name, |_, seed| seed).sizes([1]);
    group.variant("function", |x| steps(*x).0).variant("copy", |x| steps(*x).0).into()
}
