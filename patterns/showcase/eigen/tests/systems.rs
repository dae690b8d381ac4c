//! Systems and least squares as a user meets them.

use ab_eigen::{Cholesky, Error, LeastSquares, Mat, MatMut};

/// A symmetric matrix, row after row, that dominates on its diagonal.
fn definite(n: usize) -> Vec<f64> {
    let at = |i: usize, j: usize| if i == j { n as f64 } else { ((i * j) as f64).sin() * 0.5 };
    (0..n * n).map(|k| at(k / n, k % n)).collect()
}

fn largest(n: usize, a: &[f64], x: impl Fn(usize) -> f64, b: impl Fn(usize) -> f64) -> f64 {
    let row = |i: usize| (0..n).map(|j| a[i * n + j] * x(j)).sum::<f64>() - b(i);
    (0..n).map(|i| row(i).abs()).fold(0.0, f64::max)
}

#[test]
fn systems_of_many_sizes_are_solved_for_right_hand_sides_with_any_strides() {
    // Around the widths at which Eigen changes its way.
    for n in [1, 2, 3, 4, 5, 8, 31, 32, 33, 129] {
        let a = definite(n);
        let mut memory = a.clone();
        let cholesky = Cholesky::in_place(MatMut::row_major(&mut memory, [n, n]).unwrap()).unwrap();
        for (strides, len) in
            [([1, n], 3 * n), ([3, 1], 3 * n), ([8, 2], 8 * n), ([2, 2 * n + 1], 6 * n + 2)]
        {
            let right = |i: usize, k: usize| 1.0 + (i * 3 + k) as f64;
            let mut b = vec![-7.0; len];
            let place = |i: usize, k: usize| i * strides[0] + k * strides[1];
            let all: Vec<_> = (0..n).flat_map(|i| (0..3).map(move |k| (i, k))).collect();
            all.iter().for_each(|(i, k)| b[place(*i, *k)] = right(*i, *k));
            cholesky.solve_in_place(MatMut::new(&mut b, [n, 3], strides).unwrap()).unwrap();
            for k in 0..3 {
                let rest = largest(n, &a, |i| b[place(i, k)], |i| right(i, k));
                assert!(rest < 1e-10, "n = {n}, strides {strides:?}: {rest}");
            }
            all.iter().for_each(|(i, k)| b[place(*i, *k)] = -7.0);
            assert!(b.iter().all(|x| *x == -7.0), "written between the elements");
        }
    }
}

#[test]
fn the_factor_lies_where_the_matrix_was() {
    // A 2 x 2 matrix within a wider buffer: L is in its place, what is beside it stays.
    for (strides, below) in [([3, 1], 1), ([1, 3], 1)] {
        let mut a = [4.0, 2.0, 77.0, 2.0, 5.0, 77.0];
        drop(Cholesky::in_place(MatMut::new(&mut a, [2, 2], strides).unwrap()).unwrap());
        assert_eq!((a[0], a[below], a[4], a[2], a[5]), (2.0, 1.0, 2.0, 77.0, 77.0));
    }
}

#[test]
fn a_matrix_that_is_not_right_is_named() {
    let said = |a: &mut [f64], shape, strides| {
        let view = MatMut::new(a, shape, strides).unwrap();
        Cholesky::in_place(view).unwrap_err().to_string()
    };
    assert_eq!(said(&mut [1.0; 6], [2, 3], [3, 1]), "shape [2, 3] of a: must be square");
    assert_eq!(
        said(&mut [1.0; 8], [2, 2], [4, 2]),
        "strides [4, 2] of a: one must be 1, for a decomposition in place"
    );
    assert_eq!(
        said(&mut [1.0, 2.0, 3.0, 9.0], [2, 2], [2, 1]),
        "a[1, 0] = 3 and a[0, 1] = 2: must be equal, as a is symmetric"
    );
    assert_eq!(
        said(&mut [1.0, f64::NAN, 0.0, 1.0], [2, 2], [2, 1]),
        "a[0, 1] = NaN: must be finite"
    );
    for mut a in [[1.0, 2.0, 2.0, 1.0], [0.0; 4], [-1.0, 0.0, 0.0, -1.0]] {
        let view = MatMut::row_major(&mut a, [2, 2]).unwrap();
        assert_eq!(Cholesky::in_place(view).unwrap_err(), Error::NotPositiveDefinite);
    }
}

#[test]
fn a_right_hand_side_that_is_not_right_is_named_and_left_as_it_is() {
    let mut a = definite(2);
    let cholesky = Cholesky::in_place(MatMut::row_major(&mut a, [2, 2]).unwrap()).unwrap();
    let mut b = [1.0, f64::INFINITY, 3.0];
    let refused = cholesky.solve_in_place(MatMut::column(&mut b).unwrap()).unwrap_err();
    assert_eq!(refused.to_string(), "shape [3, 1] of b: must be [2, any]");
    let refused = cholesky.solve_in_place(MatMut::column(&mut b[..2]).unwrap()).unwrap_err();
    assert_eq!(refused.to_string(), "b[1, 0] = inf: must be finite");
    assert_eq!(b, [1.0, f64::INFINITY, 3.0]);
}

#[test]
fn views_that_leave_their_slice_or_run_into_themselves_are_refused() {
    let said = |shape, strides| Mat::new(&[0.0; 12], shape, strides).unwrap_err().to_string();
    assert_eq!(
        said([3, 4], [5, 1]),
        "shape [3, 4] with strides [5, 1] reaches element 13: must be below the slice's length 12"
    );
    assert_eq!(
        said([3, 3], [1, 2]),
        "strides [1, 2] for shape [3, 3]: two indices must not meet in one element"
    );
    assert!(said([2, usize::MAX], [usize::MAX, usize::MAX]).contains("reaches element"));
    assert!(MatMut::new(&mut [0.0; 12], [2, 2], [0, 1]).is_err());
}

#[test]
fn matrices_without_elements_do_no_harm() {
    let mut none = [0.0; 0];
    let cholesky = Cholesky::in_place(MatMut::row_major(&mut none, [0, 0]).unwrap()).unwrap();
    // A loop over so many columns would not end.
    let mut nothing = [0.0; 0];
    cholesky.solve_in_place(MatMut::new(&mut nothing, [0, usize::MAX], [1, 1]).unwrap()).unwrap();
    let refused = LeastSquares::new(Mat::new(&[], [usize::MAX, 0], [1, 1]).unwrap()).unwrap_err();
    let rule = "must be [m, n] with m >= n >= 1";
    assert_eq!(refused.to_string(), format!("shape [{}, 0] of a: {rule}", usize::MAX));
}

#[test]
fn the_least_squares_are_those_of_the_normal_equations() {
    // Of a table, row after row: columns 0, 2 and 3 of 5. Eigen reads it by its strides.
    let table: Vec<f64> = (0..40).map(|k| ((k * k) as f64).sin()).collect();
    let a = Mat::new(&table, [8, 2], [5, 2]).unwrap();
    let b = Mat::new(&table[3..], [8, 2], [5, 1]).unwrap();
    let fit = LeastSquares::new(a).unwrap();
    let mut x = [0.0; 4];
    fit.solve(b, MatMut::row_major(&mut x, [2, 2]).unwrap()).unwrap();
    for (column, k) in [0, 1].into_iter().flat_map(|c| [(c, 0), (c, 1)]) {
        // What remains is at a right angle to each column of A.
        let rest =
            |i: usize| table[5 * i] * x[k] + table[5 * i + 2] * x[2 + k] - table[5 * i + 3 + k];
        let angle: f64 = (0..8).map(|i| table[5 * i + 2 * column] * rest(i)).sum();
        assert!(angle.abs() < 1e-12, "column {column} of A, {k} of B: {angle}");
    }
}

#[test]
fn columns_that_depend_on_others_are_an_error_with_the_rank() {
    let refused =
        LeastSquares::new(Mat::row_major(&[1.0, 2.0, 2.0, 4.0, 3.0, 6.0], [3, 2]).unwrap());
    assert_eq!(
        refused.unwrap_err().to_string(),
        "rank 1 of a: must be the number of its columns, 2"
    );
    let refused = LeastSquares::new(Mat::row_major(&[0.0; 6], [3, 2]).unwrap()).unwrap_err();
    assert_eq!(refused, Error::RankDeficient { rank: 0, columns: 2 });
    let refused = LeastSquares::new(Mat::row_major(&[1.0; 6], [2, 3]).unwrap()).unwrap_err();
    assert_eq!(refused.to_string(), "shape [2, 3] of a: must be [m, n] with m >= n >= 1");
}

#[test]
fn shapes_that_do_not_fit_are_named_and_nothing_is_written() {
    let fit = LeastSquares::new(Mat::row_major(&[1.0, 0.0, 0.0, 1.0, 0.0, 0.0], [3, 2]).unwrap())
        .unwrap();
    let (b, mut x) = ([1.0, 2.0, f64::NAN], [7.0; 2]);
    let mut said = |b: &[f64], n: usize| {
        let x = MatMut::column(&mut x[..n]).unwrap();
        fit.solve(Mat::column(b).unwrap(), x).unwrap_err().to_string()
    };
    assert_eq!(said(&b[..2], 2), "shape [2, 1] of b: must be [3, 1]");
    assert_eq!(said(&b, 1), "shape [1, 1] of x: must be [2, 1]");
    assert_eq!(said(&b, 2), "b[2, 0] = NaN: must be finite");
    assert_eq!(x, [7.0; 2]);
}

#[test]
fn several_threads_share_a_decomposition() {
    let a = definite(40);
    let mut memory = a.clone();
    let cholesky = Cholesky::in_place(MatMut::row_major(&mut memory, [40, 40]).unwrap()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let (a, cholesky) = (&a, &cholesky);
            scope.spawn(move || {
                for round in 0..50 {
                    let right = |i: usize| (i + thread * 50 + round) as f64;
                    let mut b: Vec<f64> = (0..40).map(right).collect();
                    cholesky.solve_in_place(MatMut::column(&mut b).unwrap()).unwrap();
                    assert!(largest(40, a, |i| b[i], right) < 1e-10);
                }
            });
        }
    });
}
