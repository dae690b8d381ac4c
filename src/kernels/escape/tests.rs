//! Values that are known, from every body at every level, and views that must be refused.

use super::{Args, Escape, View};
use crate::kernel::call;
use crate::{Body, How, Level};
use num_complex::Complex64;

/// The view's counts by every body at every level; all the same, which is asserted.
fn counts(view: &View) -> Vec<u32> {
    let hows =
        Level::available().into_iter().flat_map(|level| Body::ALL.map(|body| How { body, level }));
    let mut known: Option<Vec<u32>> = None;
    for how in hows {
        let found = call::<Escape>(how, Args::from(view), ()).unwrap();
        let known = known.get_or_insert_with(|| found.clone());
        let differ = known.iter().zip(&found).position(|(a, b)| a != b);
        assert_eq!(differ, None, "{} at {}: the first pixel that differs", how.body, how.level);
    }
    known.unwrap()
}

#[test]
fn the_lesson_adds_up() {
    let updates: u64 = counts(&View::LESSON).iter().map(|n| u64::from(*n)).sum();
    assert_eq!(updates, 85_654_943);
}

#[test]
fn orbits_known_by_hand() {
    let at = |re, im| View {
        center: Complex64::new(re, im),
        width: 1,
        height: 1,
        max_iter: 100,
        ..View::MANDELBROT
    };
    assert_eq!(counts(&at(0.0, 0.0)), [100]); // 0, 0, ..
    assert_eq!(counts(&at(-2.0, 0.0)), [100]); // -2, 2, 2, ..: never beyond 2
    assert_eq!(counts(&at(2.0, 0.0)), [2]); // 2, 6
    assert_eq!(counts(&at(3.0, 0.0)), [1]); // 3
    assert_eq!(counts(&at(1.0, 0.0)), [3]); // 1, 2, 5
    assert_eq!(counts(&at(0.0, 1.0)), [100]); // i, -1 + i, -i, -1 + i, ..
    let julia = |re, c| View { julia: Some(Complex64::new(c, 0.0)), ..at(re, 0.0) };
    assert_eq!(counts(&julia(3.0, 0.0)), [1]); // 9
    assert_eq!(counts(&julia(10.0, -100.0)), [2]); // 0, -100: back within 2 before it is gone
    assert_eq!(counts(&julia(2.0, -2.0)), [100]); // 2, 2, ..
}

#[test]
fn the_first_row_is_the_lowest_and_the_middle_is_the_center() {
    // Only the point 0.25 of these stays for long: the set lies to its left.
    let view = View { center: Complex64::new(1.0, 0.0), ..View::MANDELBROT };
    let view = View { width: 5, height: 5, extent: Complex64::new(5.0, 5.0), ..view };
    let counts = counts(&view);
    // Pixel (1, 2) is 1 + (1 - 2) + (2 - 2) i = 0; its neighbours at -1 and 1.
    assert_eq!(counts[2 * 5..2 * 5 + 3], [1000, 1000, 3]);
    assert_eq!(counts[..5].iter().max(), counts[4 * 5..].iter().max()); // conjugate rows
}

#[test]
fn a_view_that_is_none_is_refused_by_name() {
    let good = View { width: 4, height: 4, max_iter: 9, ..View::MANDELBROT };
    let c = Complex64::new;
    let bad = [
        ("center", View { center: c(f64::NAN, 0.0), ..good }),
        ("center", View { center: c(0.0, f64::INFINITY), ..good }),
        ("extent", View { extent: c(f64::INFINITY, 1.0), ..good }),
        ("extent", View { extent: c(1.0, 0.0), ..good }),
        ("extent", View { extent: c(-1.0, 1.0), ..good }),
        ("c", View { julia: Some(c(0.0, f64::NAN)), ..good }),
        ("size", View { width: 0, ..good }),
        ("size", View { height: 0, ..good }),
        ("size", View { width: 1 << 32, height: 1 << 32, ..good }),
        ("iter", View { max_iter: 0, ..good }),
        ("iter", View { max_iter: 1 << 32, ..good }),
    ];
    for (name, view) in bad {
        let refusal = crate::escape(&view).unwrap_err().to_string();
        assert!(refusal.starts_with(&format!("{name} = ")), "{refusal}");
    }
    // Fits in the address space, but in no memory.
    let refusal = crate::escape(&View { width: 1 << 30, height: 1 << 30, ..good }).unwrap_err();
    assert!(refusal.to_string().contains("could not allocate"), "{refusal}");
}
