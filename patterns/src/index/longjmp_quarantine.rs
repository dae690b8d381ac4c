use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::longjmp_quarantine::cholesky;
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 17,
    name: "longjmp_quarantine",
    title: "longjmp quarantine",
    chapter: Chapter::Errors,
    goes_wrong: "destructors are jumped over: a lock stays locked, and nobody is told",
    tests: &[
        "a_definite_matrix_is_decomposed",
        "every_callback_that_was_entered_was_left",
        "a_panic_waits_until_c_is_out",
        "decompositions_may_nest",
        "a_size_that_no_memory_has_is_refused",
    ],
    proofs: &[Proof::Counterexample("jumped_over")],
    cost: Cost::Measured(&[Pair {
        what: "Cholesky's decomposition of 8 x 8 in C, behind a setjmp, elements by callback",
        run: |times| {
            timed(times, |_| {
                black_box(cholesky(black_box(8), element).is_ok());
            })
        },
        baseline: "the same in Rust",
        run_baseline: |times| {
            timed(times, |_| {
                black_box(in_rust(black_box(8)));
            })
        },
    }]),
};

fn element(i: usize, j: usize) -> Result<f64, ()> {
    Ok(if i == j { 10.0 } else { 1.0 })
}

fn in_rust(n: usize) -> Option<Vec<f64>> {
    let mut l = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let mut rest = element(i, j).ok()?;
            for k in 0..j {
                rest -= l[i * n + k] * l[j * n + k];
            }
            if i == j && rest.is_nan() | (rest <= 0.0) {
                return None;
            }
            l[i * n + j] = if i == j { rest.sqrt() } else { rest / l[j * n + j] };
        }
    }
    Some(l)
}
