use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::aliasing::{neighbours, neighbours_inplace, raw};
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 24,
    name: "aliasing",
    title: "Aliasing",
    chapter: Chapter::Views,
    goes_wrong: "a kernel with restrict gets one buffer twice, and the numbers are wrong",
    tests: &[
        "in_place_and_out_of_place_have_the_same_bits",
        "c_refuses_every_overlap_and_nothing_else",
        "different_lengths_are_refused_and_nothing_is_written",
    ],
    proofs: &[Proof::Counterexample("output_is_input"), Proof::CompileFail("E0502")],
    cost: Cost::Measured(&[
        Pair {
            what: "256 elements, lengths and overlap checked",
            run: |times| {
                let (x, mut y) = ([1.0; 256], [0.0; 256]);
                timed(times, |_| {
                    let _ = neighbours(black_box(&x), black_box(&mut y));
                })
            },
            baseline: "the same loop, nothing checked",
            run_baseline: |times| {
                let (x, mut y) = ([1.0; 256], [0.0; 256]);
                timed(times, |_| {
                    let (x, y) = (black_box(&x), black_box(&mut y));
                    #[allow(unsafe_code)]
                    // SAFETY: two arrays of 256.
                    unsafe {
                        raw::ab_neighbours_unchecked(256, x.as_ptr(), y.as_mut_ptr());
                    }
                })
            },
        },
        Pair {
            what: "256 elements in place",
            run: |times| {
                let mut x = [0.0; 256];
                timed(times, |_| neighbours_inplace(black_box(&mut x)))
            },
            baseline: "a copy, and then from it",
            run_baseline: |times| {
                let mut x = [0.0; 256];
                timed(times, |_| {
                    let copy = *black_box(&mut x);
                    let _ = neighbours(black_box(&copy), &mut x);
                })
            },
        },
    ]),
};
