use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::borrowing_child::Table;
use std::hint::black_box;
use std::sync::Arc;

pub static ROW: Row = Row {
    number: 7,
    name: "borrowing_child",
    title: "Child borrows parent",
    chapter: Chapter::Ownership,
    goes_wrong: "the parent is ended first, and its child reads memory of somebody else",
    tests: &[
        "cursors_of_one_table_do_not_disturb_each_other",
        "beyond_the_ends_it_is_constant_and_nan_stays_nan",
        "a_table_of_less_than_two_samples_is_refused",
        "a_forgotten_cursor_leaks_and_nothing_else",
    ],
    proofs: &[
        Proof::Counterexample("table_first"),
        Proof::CompileFail("E0505"),
        Proof::CompileFail("E0502"),
    ],
    cost: Cost::Measured(&[Pair {
        what: "make and end a cursor that keeps its table by an Arc",
        run: |times| {
            let table = Arc::new(table());
            timed(times, |_| {
                let kept = Arc::clone(black_box(&table));
                black_box(kept.cursor().ok());
            })
        },
        baseline: "one that borrows it",
        run_baseline: |times| {
            let table = table();
            timed(times, |_| {
                black_box(black_box(&table).cursor().ok());
            })
        },
    }]),
};

fn table() -> Table {
    Table::new(&[0.0, 1.0]).expect("two samples")
}
