//! In a loop the table is in the nearest cache; in a program that calls seldom it is not.

use super::bits::{self, Table};
use super::{Naive, Trap, are_timed, per_call};
use abreast_compare::results::GroupResult;
use abreast_compare::{AnyGroup, Group};
use std::hint::black_box;
use std::sync::LazyLock;

pub const TRAP: Trap = Trap {
    name: "warm-cache",
    question: "and by a table, if that is done once in a while?",
    naive,
    group,
    check,
    why: "The loop keeps 64 KiB of table in the caches. With .cold() they are emptied before each call: the table \
          is then fetched from memory, number by number.",
};

static TABLE: LazyLock<Box<Table>> = LazyLock::new(bits::table);

fn naive() -> Naive {
    let numbers = bits::numbers(64, 42);
    LazyLock::force(&TABLE);
    [
        ("one by one", per_call(20_000, || _ = black_box(bits::one_by_one(&numbers)))),
        ("table", per_call(20_000, || _ = black_box(bits::by_table(&TABLE, &numbers)))),
    ]
}

fn group() -> AnyGroup {
    let group = Group::new(TRAP.name, bits::numbers).sizes([64]).cold();
    let group = group.variant("one by one", |x| bits::one_by_one(x));
    group.variant("table", |x| bits::by_table(&TABLE, x)).into()
}

fn check(group: &GroupResult) {
    are_timed(group);
    let columns = group.cells.iter().flat_map(|cell| cell.samples.iter().flatten());
    assert!(columns.clone().count() > 3 && group.mode.cold);
    assert!(columns.clone().all(|column| column.calls == 1), "on cold caches nothing is repeated");
}
