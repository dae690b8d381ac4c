use super::{Chapter, Cost, Pair, Proof, Row, timed};
use crate::strided_views::{View2, ViewMut2, axpy};
use std::hint::black_box;

pub static ROW: Row = Row {
    number: 23,
    name: "strided_views",
    title: "Strided views",
    chapter: Chapter::Views,
    goes_wrong: "a wrong leading dimension, a stride that leaves the buffer, rows that overlap",
    tests: &[
        "axpy_is_the_naive_one_for_all_signs_and_shapes",
        "writing_touches_what_is_in_the_view_and_nothing_else",
        "a_mutable_view_is_refused_exactly_when_two_indices_meet",
        "what_leaves_the_slice_is_refused_however_large",
        "turned_and_reversed_it_has_the_same_elements",
        "halves_are_disjoint_and_whole",
        "a_blas_finds_the_same_elements_or_is_not_asked",
        "c_refuses_what_no_blas_takes",
        "shapes_that_differ_are_refused",
        "rows_without_columns_are_not_walked",
    ],
    proofs: &[
        Proof::Counterexample("lda_of_the_block"),
        Proof::Counterexample("rows_that_overlap"),
        Proof::CompileFail("E0499"),
    ],
    cost: Cost::Measured(&[
        Pair {
            what: "32 x 32 through checked views",
            run: |times| {
                let (x, mut y) = ([1.0; N * N], [0.0; N * N]);
                timed(times, |_| add(black_box(&x), black_box(&mut y), [N as isize, 1]))
            },
            baseline: "one loop over two slices",
            run_baseline: |times| {
                let (x, mut y) = ([1.0; N * N], [0.0; N * N]);
                timed(times, |_| {
                    let (x, y) = (black_box(&x), black_box(&mut y));
                    y.iter_mut().zip(x).for_each(|(y, x)| *y += 2.0 * x);
                })
            },
        },
        Pair {
            what: "32 x 32, one of them transposed",
            run: |times| {
                let (x, mut y) = ([1.0; N * N], [0.0; N * N]);
                timed(times, |_| add(black_box(&x), black_box(&mut y), [1, N as isize]))
            },
            baseline: "32 x 32, both row after row",
            run_baseline: |times| {
                let (x, mut y) = ([1.0; N * N], [0.0; N * N]);
                timed(times, |_| add(black_box(&x), black_box(&mut y), [N as isize, 1]))
            },
        },
    ]),
};

const N: usize = 32;

fn add(x: &[f64], y: &mut [f64], strides: [isize; 2]) {
    let x = View2::new(x, 0, [N, N], strides).expect("in bounds");
    let y = ViewMut2::new(y, 0, [N, N], [N as isize, 1]).expect("in bounds");
    axpy(2.0, x, y).expect("one shape");
}
