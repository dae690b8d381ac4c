//! Bounds at their edges, and the names of places.

use super::*;

fn agree<T: Agree>(within: Within, a: T, b: T) -> bool {
    let (a, b) = (leaves(&a), leaves(&b));
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| within.accepts(*a, *b))
}

#[test]
fn exact_means_bits_and_nan_fails() {
    let exact = Within::exact();
    assert!(agree(exact, 0.1 + 0.2, 0.300_000_000_000_000_04));
    assert!(!agree(exact, 0.1 + 0.2, 0.3));
    assert!(!agree(exact, 0.0, -0.0));
    assert!(!agree(exact, f64::NAN, f64::NAN));
    assert!(!agree(exact, f32::NAN, 1.0));
}

#[test]
fn no_bound_accepts_nan_or_an_infinity_for_a_number() {
    for within in [Within::relative(0.5), Within::absolute(1e300), Within::exact()] {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(!agree(within, 1.0, bad), "{within}: {bad}");
            assert!(!agree(within, bad, 1.0), "{within}: {bad}");
        }
        assert!(!agree(within, f64::INFINITY, f64::NEG_INFINITY), "{within}");
        assert!(agree(within, f64::INFINITY, f64::INFINITY), "{within}");
    }
    assert!(agree(Within::exact().or_nan(), f64::NAN, f64::NAN));
    assert!(!agree(Within::exact().or_nan(), f64::NAN, 0.0));
}

#[test]
fn relative_bounds_never_accept_zero_for_something() {
    assert!(!agree(Within::relative(0.999), 0.0, 1e-300));
    assert!(Within::relative(1.0).mistake().is_some());
    assert!(Within::relative(f64::NAN).mistake().is_some());
    assert!(Within::absolute(f64::INFINITY).mistake().is_some());
    assert!(Within::absolute(-1.0).mistake().is_some());
    assert_eq!(Within::relative(1e-12).or_absolute(1e-300).mistake(), None);
}

#[test]
fn bounds_are_met_at_their_edge() {
    assert!(agree(Within::relative(0.25), 3.0, 4.0));
    assert!(!agree(Within::relative(0.25), 2.9, 4.0));
    assert!(agree(Within::absolute(0.5), vec![1.0f32], vec![1.5]));
    assert!(!agree(Within::absolute(0.5), vec![1.0f32], vec![1.6]));
    assert!(agree(Within::relative(1e-12).or_absolute(1e-9), 0.0, 1e-10));
}

#[test]
fn integers_characters_and_lengths_are_always_exact() {
    let loose = Within::relative(0.5);
    assert!(!agree(loose, 100u8, 101));
    assert!(!agree(loose, i128::MAX, i128::MAX - 1));
    assert!(!agree(loose, u128::MAX, u128::MAX >> 1));
    assert!(!agree(loose, "abc".to_owned(), "abd".to_owned()));
    assert!(!agree(loose, vec![1.0], vec![1.0, 1.0]));
    assert!(!agree(loose, Some(1.0), None));
    assert!(!agree(loose, vec![vec![1, 2], vec![3]], vec![vec![1], vec![2, 3]]));
}

#[test]
fn places_are_named_as_in_the_source() {
    let nested = leaves(&(1.0, vec![vec![2.0], vec![], vec![3.0, 4.0]], [5u8; 2]));
    let at = |value| nested.iter().position(|leaf| *leaf == value).map(|i| path(&nested, i));
    assert_eq!(at(Leaf::F64(1.0)), Some("[0]".to_owned()));
    assert_eq!(at(Leaf::F64(2.0)), Some("[1][0][0]".to_owned()));
    assert_eq!(at(Leaf::F64(4.0)), Some("[1][2][1]".to_owned()));
    assert_eq!(at(Leaf::Uint(5)), Some("[2][0]".to_owned()));
    assert_eq!(path(&leaves(&1.0), 0), "");
}

#[cfg(feature = "num-complex")]
#[test]
fn complex_numbers_agree_part_by_part() {
    use num_complex::Complex;
    let close = Within::relative(1e-12);
    assert!(agree(close, Complex::new(1.0, 2.0), Complex::new(1.0 + 1e-15, 2.0)));
    assert!(!agree(close, Complex::new(1.0, 2.0), Complex::new(2.0, 1.0)));
    assert!(!agree(close, vec![Complex::new(1.0, f64::NAN)], vec![Complex::new(1.0, f64::NAN)]));
}
