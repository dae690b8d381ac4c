use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::slices::slice_or_empty;
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 22,
    name: "slices",
    title: "Slices, in and out",
    chapter: Chapter::Views,
    goes_wrong: "the pointer of an empty vector is null: Some(slice) is None",
    tests: &[
        "nothing_is_something_from_both_sides",
        "lengths_and_values_survive_the_way_there_and_back",
        "what_cannot_be_a_slice_is_refused",
        "cpp_refuses_null_with_a_length",
    ],
    proofs: &[Proof::Counterexample("some_that_is_none"), Proof::CompileFail("E0502")],
    cost: Cost::Measured(&[Pair {
        what: "a slice of a pointer and a length, checked",
        run: |times| {
            let values = [0.5; 16];
            timed(times, |i| {
                let (pointer, n) = (black_box(values.as_ptr()), black_box(i as usize % 16));
                #[allow(unsafe_code)]
                // SAFETY: a part of an array that outlives the loop.
                let slice = unsafe { slice_or_empty(pointer, n) };
                black_box(slice.map_or(0, <[f64]>::len));
            })
        },
        baseline: "slice::from_raw_parts",
        run_baseline: |times| {
            let values = [0.5; 16];
            timed(times, |i| {
                let (pointer, n) = (black_box(values.as_ptr()), black_box(i as usize % 16));
                #[allow(unsafe_code)]
                // SAFETY: a part of an array that outlives the loop.
                let slice = unsafe { std::slice::from_raw_parts(pointer, n) };
                black_box(slice.len());
            })
        },
    }]),
};
