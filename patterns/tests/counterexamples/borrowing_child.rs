//! A parent that is ended before its child.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::borrowing_child::raw;

pub const COUNTEREXAMPLES: &[Counterexample] = &[Counterexample {
    name: "table_first",
    run: table_first,
    ends: &[
        End::Says("between samples from 1 to 2: no number from 1 to 2"),
        End::Report("heap-use-after-free"),
    ],
}];

fn table_first() {
    // Large enough for glibc to fill it with the pattern when it is freed, which it does not with the
    // small blocks that it keeps at hand. All samples are from 1 to 2.
    let y = [1.5; 1000];
    // SAFETY: pointer and length of an array.
    let table = unsafe { raw::ab_table_new(y.len(), y.as_ptr()) };
    // SAFETY: the table is alive.
    let cursor = unsafe { raw::ab_cursor_new(table) };
    // SAFETY: made above, ended here. Too early.
    unsafe { raw::ab_table_free(table) };
    // SAFETY: none: the cursor points to what was the table.
    let value = unsafe { raw::ab_cursor_at(cursor, 500.5) };
    let from_1_to_2 = if (1.0..=2.0).contains(&value) { "a" } else { "no" };
    println!("between samples from 1 to 2: {from_1_to_2} number from 1 to 2");
}
