//! Views that nobody has checked.
#![allow(unsafe_code)]

use crate::{End, Counterexample};
use abreast_patterns::strided_views::raw::{Fields, ab_ge_sum, ab_view_axpy};

pub const COUNTEREXAMPLES: &[Counterexample] = &[
    Counterexample {
        name: "lda_of_the_block",
        run: lda_of_the_block,
        // The elements are 5 6 9 10; read are 5 6 7 8.
        ends: &[End::Says("sum: 1514, not 1916")],
    },
    Counterexample {
        name: "rows_that_overlap",
        run: rows_that_overlap,
        ends: &[End::Says("[1.0, 2.0, 3.0, 4.0, 3.0, 2.0, 1.0]")],
    },
];

fn lda_of_the_block() {
    // 3 x 4, row after row; the block is rows 1, 2 and columns 1, 2.
    let a: Vec<f64> = (0..12).map(f64::from).collect();
    let block = a[5..].as_ptr();
    // SAFETY: the elements are there. They are the wrong ones.
    let sum = unsafe { ab_ge_sum(101, 2, 2, block, 2) };
    // SAFETY: 4 is the leading dimension of the whole.
    let right = unsafe { ab_ge_sum(101, 2, 2, block, 4) };
    println!("sum: {sum}, not {right}");
}

fn rows_that_overlap() {
    let (ones, mut y) = ([1.0; 16], [0.0; 7]);
    let x = Fields { p: ones.as_ptr(), rows: 4, columns: 4, row_stride: 4, column_stride: 1 };
    let y_view = Fields { p: y.as_mut_ptr(), rows: 4, columns: 4, row_stride: 1, column_stride: 1 };
    // SAFETY: none. The elements are there, but several indices are one of them.
    unsafe { ab_view_axpy(1.0, &x, &y_view) };
    println!("{y:?}");
}
