use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::strings::{Quantity, before};
use std::ffi::CString;
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 35,
    name: "strings",
    title: "Strings",
    chapter: Chapter::Views,
    goes_wrong: "a text is cut at a zero inside, goes on after its end, or is freed by the wrong one",
    tests: &[
        "a_text_of_exactly_the_capacity_is_whole",
        "what_c_cannot_hold_is_refused_and_nothing_changes",
        "bytes_that_are_no_utf8_are_an_error_and_not_a_str",
        "what_c_allocated_c_frees",
        "texts_that_end_with_a_zero_are_searched_up_to_it",
    ],
    proofs: &[Proof::Counterexample("full_field_as_c_string"), Proof::Counterexample("zero_inside")],
    cost: Cost::Measured(&[
        Pair {
            what: "a new CString of 16 bytes for a call",
            run: |times| {
                timed(times, |_| {
                    let text = CString::new(black_box("relaxation sweep")).expect("no zero");
                    black_box(before(&text, b'e'));
                })
            },
            baseline: "a c\"literal\"",
            run_baseline: |times| {
                timed(times, |_| {
                    black_box(before(black_box(c"relaxation sweep"), b'e'));
                })
            },
        },
        Pair {
            what: "a text that C allocates and frees",
            run: |times| {
                let quantity = Quantity::new("relaxation", "1/s").expect("short");
                timed(times, |_| {
                    let _ = black_box(black_box(&quantity).describe());
                })
            },
            baseline: "format! in Rust",
            run_baseline: |times| {
                timed(times, |_| {
                    black_box(format!("{} in {}", black_box("relaxation"), black_box("1/s")));
                })
            },
        },
    ]),
};
