//! The first call does what no later one does again.

use super::bits::{self, Table};
use super::{Naive, Trap, are_timed, per_call};
use abreast_compare::{AnyGroup, Group};
use std::hint::black_box;
use std::sync::OnceLock;

pub const TRAP: Trap = Trap {
    name: "first-call",
    question: "counting ones, one by one or by a table?",
    naive,
    group,
    check: are_timed,
    why: "The first call makes the table, and ten calls are too few to hide it. Here the gate and the calls that \
          find out how many make a sample come first.",
};

static TABLE: OnceLock<Box<Table>> = OnceLock::new();

fn by_table(numbers: &[u64]) -> u64 {
    bits::by_table(TABLE.get_or_init(bits::table), numbers)
}

fn naive() -> Naive {
    let numbers = bits::numbers(64, 42);
    let one_by_one = per_call(10, || _ = black_box(bits::one_by_one(&numbers)));
    assert!(TABLE.get().is_none(), "the table was there before the clock was");
    let table = per_call(10, || _ = black_box(by_table(&numbers)));
    assert!(TABLE.get().is_some(), "the clock has seen how the table was made");
    [("one by one", one_by_one), ("table", table)]
}

fn group() -> AnyGroup {
    let group = Group::new(TRAP.name, bits::numbers).sizes([64]);
    let group = group.variant("one by one", |x| bits::one_by_one(x));
    group.variant("table", |x| by_table(x)).into()
}
