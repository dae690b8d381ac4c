// Example: tests.

use super::*;
use std::collections::HashSet;

const STRIDES: [isize; 9] = [-7, -3, -2, -1, 0, 1, 2, 3, 7];

/// All small views: shape, strides, and the lowest first element that keeps them in bounds.
fn views() -> impl Iterator<Item = ([usize; 2], [isize; 2], usize)> {
    let shapes = (0..5_usize).flat_map(|r| (0..5_usize).map(move |c| [r, c]));
    shapes.flat_map(|shape| {
        let strides = STRIDES.iter().flat_map(|r| STRIDES.iter().map(move |c| [*r, *c]));
        strides.map(move |strides| {
            let back = |d: usize| shape[d].saturating_sub(1) as isize * strides[d].min(0);
            (shape, strides, (-back(0) - back(1)) as usize)
        })
    })
}

/// Element (i, j) in the slice, for all of them.
fn places([rows, columns]: [usize; 2], strides: [isize; 2], first: usize) -> Vec<usize> {
    let place = move |i: usize, j: usize| {
        first as isize + i as isize * strides[0] + j as isize * strides[1]
    };
    (0..rows).flat_map(|i| (0..columns).map(move |j| place(i, j) as usize)).collect()
}

#[test]
fn axpy_is_the_naive_one_for_all_signs_and_shapes() {
    let x: Vec<f64> = (0..64).map(|i| f64::from(i) + 0.5).collect();
    for (shape, strides, first) in views() {
        let view = View2::new(&x, first, shape, strides).unwrap();
        let mut y = vec![1.0; 16];
        let target = ViewMut2::new(&mut y, 0, shape, [shape[1] as isize, 1]).unwrap();
        axpy(2.0, view, target).unwrap();
        let mut expected = vec![1.0; 16];
        for (y, place) in expected.iter_mut().zip(places(shape, strides, first)) {
            *y += 2.0 * x[place];
        }
        assert_eq!(y, expected, "from {shape:?} {strides:?}");
    }
}

#[test]
fn writing_touches_what_is_in_the_view_and_nothing_else() {
    let x = [0.5; 16];
    for (shape, strides, first) in views() {
        let mut y = vec![1.0; 64];
        let Ok(target) = ViewMut2::new(&mut y, first, shape, strides) else { continue };
        axpy(2.0, View2::new(&x, 0, shape, [shape[1] as isize, 1]).unwrap(), target).unwrap();
        let written: HashSet<usize> = places(shape, strides, first).into_iter().collect();
        let right =
            |(place, y): (usize, &f64)| *y == if written.contains(&place) { 2.0 } else { 1.0 };
        assert!(y.iter().enumerate().all(right), "{shape:?} {strides:?}");
    }
}

#[test]
fn a_mutable_view_is_refused_exactly_when_two_indices_meet() {
    for (shape, strides, first) in views() {
        let all = places(shape, strides, first);
        let different: HashSet<_> = all.iter().collect();
        let made = ViewMut2::new(&mut [0.0; 64], first, shape, strides).map(|_| ());
        let expected = if different.len() == all.len() {
            Ok(())
        } else {
            Err(Error::Overlap { shape, strides })
        };
        assert_eq!(made, expected);
    }
}

#[test]
fn what_leaves_the_slice_is_refused_however_large() {
    for (shape, strides, first) in views().filter(|(shape, ..)| !shape.contains(&0)) {
        let all = places(shape, strides, first);
        let len = all.iter().max().unwrap() + 1;
        let slice = vec![0.0; len];
        assert!(View2::new(&slice, first, shape, strides).is_ok());
        let short = View2::new(&slice[..len - 1], first, shape, strides);
        assert!(matches!(short, Err(Error::OutOfBounds { .. })), "{shape:?} {strides:?}");
        if first > 0 && all.contains(&0) {
            assert!(View2::new(&slice, first - 1, shape, strides).is_err());
        }
    }
    let data = [0.0; 8];
    // rows * lda is 0 modulo 2^64 in the first two.
    for (shape, strides) in [
        ([1 << 32, 1], [1 << 32, 1]),
        ([(1 << 61) + 1, 1], [8, 1]),
        ([usize::MAX, usize::MAX], [isize::MAX, isize::MAX]),
        ([usize::MAX, usize::MAX], [isize::MIN, isize::MIN]),
    ] {
        assert!(matches!(View2::new(&data, 0, shape, strides), Err(Error::OutOfBounds { .. })));
    }
    let text = View2::new(&data, 6, [2, 1], [2, 1]).unwrap_err().to_string();
    assert_eq!(text, "elements 6 to 8 of 8: must be within");
    // Nothing is in bounds anywhere.
    assert!(View2::new(&data[..0], usize::MAX, [0, usize::MAX], [isize::MIN, 0]).is_ok());
}

#[test]
fn turned_and_reversed_it_has_the_same_elements() {
    let x: Vec<f64> = (0..64).map(f64::from).collect();
    for (shape @ [rows, columns], strides, first) in views() {
        let view = View2::new(&x, first, shape, strides).unwrap();
        for (i, j) in (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))) {
            assert_eq!(view.transposed().at(j, i), view.at(i, j));
            assert_eq!(view.rows_reversed().at(rows - 1 - i, j), view.at(i, j));
        }
        assert_eq!((view.at(rows, 0), view.at(0, columns)), (None, None));
    }
    // One element over and over: more rows than an isize counts, and nothing wraps on the way.
    let half = 1 << (usize::BITS - 1);
    for rows in [half, half + 1, usize::MAX] {
        let view = View2::new(&x[..1], 0, [rows, 1], [0, 0]).unwrap();
        assert_eq!(view.rows_reversed().at(rows - 1, 0), Some(&0.0));
    }
}

#[test]
fn halves_are_disjoint_and_whole() {
    for (shape, strides, first) in views() {
        for at in 0..=shape[0] + 1 {
            let mut y = vec![0.0; 64];
            let Ok(all) = ViewMut2::new(&mut y, first, shape, strides) else { continue };
            let Some((mut top, mut rest)) = all.split_rows(at) else {
                assert!(at > shape[0]);
                continue;
            };
            for j in 0..shape[1] {
                (0..at).for_each(|i| *top.at(i, j).unwrap() += 1.0);
                (at..shape[0]).for_each(|i| *rest.at(i - at, j).unwrap() += 1.0);
            }
            let ones = y.iter().filter(|y| **y == 1.0).count();
            assert_eq!(ones, shape[0] * shape[1], "{shape:?} {strides:?} at {at}");
        }
    }
}

#[test]
fn a_blas_finds_the_same_elements_or_is_not_asked() {
    let x: Vec<f64> = (0..64).map(f64::from).collect();
    let mut orders = HashSet::new();
    for (shape, strides, first) in views() {
        let view = View2::new(&x, first, shape, strides).unwrap();
        let Ok(Blas { order, m, n, lda }) = view.for_blas() else {
            let [r, c] = strides;
            let by_lines = c == 1 && r >= shape[1] as isize || r == 1 && c >= shape[0] as isize;
            assert!(!by_lines && !shape.contains(&0), "{shape:?} {strides:?}");
            continue;
        };
        orders.insert(order as i32);
        // SAFETY: the view is checked, and these are the same elements.
        let sum = unsafe { raw::ab_ge_sum(order as i32, m, n, view.as_ptr(), lda) };
        let weight = |k: usize| (100 * (k / shape[1]) + k % shape[1]) as f64;
        let naive = places(shape, strides, first).into_iter().enumerate();
        assert_eq!(sum, naive.map(|(k, place)| x[place] * weight(k)).sum::<f64>());
    }
    assert_eq!(orders, HashSet::from([101, 102]));
    // One row of more columns than an int has.
    let wide = View2::new(&[(); 3], 0, [1, 3], [0, 1]).unwrap();
    assert_eq!(wide.for_blas().map(|blas| blas.lda), Ok(3));
    let long = vec![(); 1 << 31];
    let long = View2::new(&long, 0, [1, 1 << 31], [0, 1]).unwrap();
    assert_eq!(long.for_blas(), Err(Error::TooLarge(1 << 31)));
}

#[test]
fn c_refuses_what_no_blas_takes() {
    let a = [1.0; 6];
    let sum = |order, m, n, lda| {
        // SAFETY: 2 x 3 in either order, or refused before anything is read.
        unsafe { raw::ab_ge_sum(order, m, n, a.as_ptr(), lda) }
    };
    assert_eq!([sum(101, 2, 3, 3), sum(102, 2, 3, 2), sum(101, 0, 0, 1)], [306.0, 306.0, 0.0]);
    for (order, m, n, lda) in [
        (0, 2, 3, 3),
        (101, 2, 3, 2),
        (102, 2, 3, 1),
        (101, -1, 3, 3),
        (101, 2, -1, 3),
        (101, 2, 3, -3),
        (101, 0, 0, 0),
    ] {
        assert!(sum(order, m, n, lda).is_nan(), "{order}: {m} x {n}, lda {lda}");
    }
}

#[test]
fn rows_without_columns_are_not_walked() {
    // In a thread that is left behind where it does not end.
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for shape in [[usize::MAX, 0], [0, usize::MAX], [0, 0]] {
            let (x, mut y) = ([1.0], [1.0]);
            let x = View2::new(&x, 0, shape, [1, 1]).unwrap();
            let y = ViewMut2::new(&mut y, 0, shape, [1, 1]).unwrap();
            tell.send(axpy(1.0, x, y)).unwrap();
        }
    });
    for _ in 0..3 {
        assert_eq!(told.recv_timeout(std::time::Duration::from_secs(60)), Ok(Ok(())));
    }
}

#[test]
fn shapes_that_differ_are_refused() {
    let (x, mut y) = ([1.0; 6], [0.0; 6]);
    let x = View2::new(&x, 0, [2, 3], [3, 1]).unwrap();
    let refused = axpy(1.0, x, ViewMut2::new(&mut y, 0, [3, 2], [2, 1]).unwrap());
    assert_eq!(refused, Err(Error::Shape { x: [2, 3], y: [3, 2] }));
    assert_eq!(y, [0.0; 6]);
}
