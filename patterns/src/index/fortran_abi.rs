use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::fortran_abi::{Lp64, Matrix, Triangle, raw, solve};
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 41,
    name: "fortran_abi",
    title: "Fortran's ABI",
    chapter: Chapter::Layout,
    goes_wrong: "a length is left out, an INTEGER has another size, rows are taken for columns",
    tests: &[
        "both_builds_solve_in_both_triangles_and_touch_nothing_else",
        "a_minor_that_is_not_positive_is_named_and_b_unchanged",
        "what_an_integer_cannot_hold_is_refused_and_not_cut",
        "shapes_that_do_not_fit_are_refused_and_named",
        "the_library_names_the_argument_and_reads_the_length",
    ],
    proofs: &[
        Proof::Counterexample("length_beside_its_string"),
        Proof::Counterexample("integers_of_32_bits"),
        Proof::Counterexample("rows_for_columns"),
    ],
    cost: Cost::Measured(&[Pair {
        what: "two equations, shapes and sizes checked",
        run: |times| {
            timed(times, |_| {
                let (mut a, mut b) = black_box(([4.0, 2.0, 2.0, 2.0], [8.0, 6.0]));
                let a = Matrix::new(&mut a, 2, 2, 2).expect("in bounds");
                let b_view = Matrix::new(&mut b, 2, 1, 2).expect("in bounds");
                let _ = solve::<Lp64>(Triangle::Lower, a, b_view);
                black_box(b);
            })
        },
        baseline: "the bare call",
        run_baseline: |times| {
            timed(times, |_| {
                let (mut a, mut b) = black_box(([4.0, 2.0, 2.0, 2.0], [8.0, 6.0]));
                let mut info = 0;
                #[allow(unsafe_code)]
                // SAFETY: two equations, as told.
                unsafe {
                    raw::ab_dposv_(
                        c"L".as_ptr(),
                        &2,
                        &1,
                        a.as_mut_ptr(),
                        &2,
                        b.as_mut_ptr(),
                        &2,
                        &mut info,
                        1,
                    );
                }
                black_box((b, info));
            })
        },
    }]),
};
