use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::complex_numbers::dotc;
use num_complex::Complex64;
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 5,
    name: "complex_numbers",
    title: "Complex numbers behind pointers",
    chapter: Chapter::Layout,
    goes_wrong: "compilers disagree on how a complex result comes back, and the call crashes on the next machine",
    tests: &[
        "three_languages_have_the_same_bytes",
        "the_inner_product_is_that_of_num_complex",
        "vectors_of_different_lengths_are_refused",
        "no_header_has_a_complex_number_by_value",
        "the_search_finds_arguments_results_and_fields",
    ],
    proofs: &[Proof::Counterexample("result_by_value")],
    cost: Cost::Measured(&[Pair {
        what: "inner product of 64 complex numbers in C, result through a pointer",
        run: |times| {
            let x = [Complex64::I; 64];
            timed(times, |_| {
                black_box(dotc(black_box(&x), &x).ok());
            })
        },
        baseline: "the same sum in Rust",
        run_baseline: |times| {
            let x = [Complex64::I; 64];
            timed(times, |_| {
                let (x, y) = (black_box(&x), black_box(&x));
                let terms = x.iter().zip(y).map(|(x, y)| x.conj() * y);
                black_box(terms.fold(Complex64::ZERO, |sum, term| sum + term));
            })
        },
    }]),
};
