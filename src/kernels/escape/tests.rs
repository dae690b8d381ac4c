//! Values that are known, from every variant at every level, and views that must be refused.

use super::{Args, Escape, View};
use crate::executor::RunState;
use crate::kernel::{Input, Number, Request, Variant, Workload};
use crate::sample::splitmix64;
use crate::{Control, Executor, Fault, Report, Tasks};
use num_complex::Complex64;

/// The view's counts by every variant at every level; all the same, which is asserted.
fn counts(view: &View) -> Vec<u32> {
    let mut known: Option<Vec<u32>> = None;
    for choice in Variant::<Escape>::choices() {
        let found = Escape::job(view).unwrap().choose(choice).unwrap().call().unwrap();
        let known = known.get_or_insert_with(|| found.clone());
        let differ = known.iter().zip(&found).position(|(a, b)| a != b);
        assert_eq!(differ, None, "{choice}: the first pixel that differs");
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
    // 2.017, 1.967, 1.770, 1.033, -1.033, -1.033, ..: inside again when a block ends.
    assert_eq!(counts(&julia(2.0289748923371462, -2.1)), [1]);
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
        let refusal = super::escape(&view).unwrap_err().to_string();
        assert!(refusal.starts_with(&format!("{name} = ")), "{refusal}");
    }
    // Fits in the address space, but in no memory.
    let refusal = super::escape(&View { width: 1 << 30, height: 1 << 30, ..good }).unwrap_err();
    assert!(refusal.to_string().contains("could not allocate"), "{refusal}");
}

#[test]
fn the_limit_on_updates_is_exact_wherever_it_falls_in_a_block() {
    let at = |max_iter| {
        // 0.2501 escapes, but only after some 300 updates.
        let center = Complex64::new(0.2501, 0.0);
        counts(&View { center, width: 1, height: 1, max_iter, ..View::MANDELBROT })[0]
    };
    for max_iter in 1..100 {
        assert_eq!(at(max_iter), max_iter as u32);
    }
    let late = at(1000);
    assert!((250..350).contains(&late), "{late}");
    assert_eq!(at(u64::from(late)), late);
    assert_eq!(at(u64::from(late) - 1), late - 1);
}

/// A view from one random number: inside, outside and across the disc where orbits stay escaped.
fn any_view(seed: u64) -> View {
    let random = |i| splitmix64(seed, i);
    let real = |i, most: f64| most * (random(i) as f64 / 2f64.powi(63) - 1.0);
    let extent = 4.0 * 2f64.powi(-(random(2) as i32 & 31));
    View {
        center: Complex64::new(real(0, 2.2), real(1, 2.2)),
        extent: Complex64::new(extent, extent),
        width: 1 + random(3) % 90,
        height: 1 + random(4) % 60,
        max_iter: 1 + random(5) % 70,
        julia: random(6).is_multiple_of(2).then(|| Complex64::new(real(7, 1.6), real(8, 1.6))),
    }
}

/// Counts `view` by every variant at every level, and asserts that the oracle agrees.
fn assert_as_the_oracle(view: &View) {
    let problem = Input::new(view.width * view.height, Args::from(view));
    let oracle = Escape::oracle(&problem);
    for (pixel, (near, count)) in oracle.iter().zip(counts(view)).enumerate() {
        let count = Number::Int(count.into());
        assert!(near.accepts(count), "pixel {pixel} of {view:?}: {count}, not {near:?}");
    }
}

#[test]
fn random_views_are_counted_as_the_oracle_counts_them() {
    for seed in 0..60 {
        assert_as_the_oracle(&any_view(seed));
    }
}

#[test]
fn rows_that_do_not_fill_vectors_and_pictures_that_do_not_fill_all_lanes_are_counted() {
    let whole = View { max_iter: 50, ..View::MANDELBROT };
    let julia = View { julia: Some(Complex64::new(-0.8, 0.156)), ..whole };
    for view in [whole, julia] {
        for (width, height) in (1..=34).map(|n| (n, 1 + n % 3)).chain([(1, 40), (2, 19), (3, 70)]) {
            assert_as_the_oracle(&View { width, height, ..view });
        }
    }
}

fn request(given: &[(&str, &str)]) -> Request {
    let given = given.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
    Request { given, ..Request::default() }
}

#[test]
fn arguments_by_name_replace_those_of_the_view() {
    let given = [
        ("center", "-0.5+0.25i"),
        ("extent", "3"),
        ("size", "640x480"),
        ("iter", "77"),
        ("c", "-0.8-0.2i"),
    ];
    let view = View::LESSON.with(&request(&given)).unwrap();
    let wanted = View {
        center: Complex64::new(-0.5, 0.25),
        extent: Complex64::new(3.0, 3.0),
        width: 640,
        height: 480,
        max_iter: 77,
        julia: Some(Complex64::new(-0.8, -0.2)),
    };
    assert_eq!(view, wanted);
    assert_eq!(View::LESSON.with(&request(&[])).unwrap(), View::LESSON);
    let oblong = View::LESSON.with(&request(&[("extent", "3+2i")])).unwrap();
    assert_eq!(oblong.extent, Complex64::new(3.0, 2.0));
}

#[test]
fn arguments_of_another_form_are_refused() {
    for (name, text) in [
        ("size", "640"),
        ("size", "640x-1"),
        ("size", "x"),
        ("center", "here"),
        ("extent", "1+2"),
        ("iter", "-3"),
        ("iter", "many"),
        ("c", ""),
    ] {
        let said = View::LESSON.with(&request(&[(name, text)])).unwrap_err().to_string();
        assert!(said.starts_with(&format!("{name} = {text}: must have the form")), "{said}");
    }
}

/// Runs the last task first: an order that is nobody's default.
struct Backwards;

impl Executor for Backwards {
    fn name(&self) -> String {
        "backwards".to_owned()
    }

    fn width(&self) -> usize {
        1
    }

    fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
        let run = RunState::begin(tasks, control);
        let mut numbers = (0..tasks.len()).rev();
        run.all(0, || numbers.next());
        run.end()
    }
}

const ODD: View = View { width: 37, height: 29, max_iter: 60, ..View::LESSON };

#[test]
fn any_rows_have_the_bits_that_they_have_in_the_whole() {
    let whole = counts(&ODD);
    for band in [1, 3, 29] {
        let job = Escape::job(&ODD).unwrap().with_chunk(band).unwrap();
        for (from, to) in [(0, 29), (0, 0), (29, 29), (5, 6), (7, 29), (0, 13), (11, 18)] {
            let mut rows = vec![u32::MAX; (to - from) * 37];
            job.rows_into(from as u64..to as u64, &Backwards, &mut rows).unwrap();
            assert_eq!(rows, whole[from * 37..to * 37], "{from}..{to} in bands of {band}");
        }
    }
}

#[test]
fn rows_that_are_not_there_and_buffers_that_do_not_fit_are_refused() {
    let job = Escape::job(&ODD).unwrap();
    let said = |rows, len: usize| {
        job.rows_into(rows, &Backwards, &mut vec![0; len]).map(drop).unwrap_err().to_string()
    };
    assert_eq!(said(20..30, 370), "rows = 20..30: must lie within 0..29");
    let (first, last) = (9, 8);
    assert_eq!(said(first..last, 0), "rows = 9..8: must lie within 0..29");
    assert_eq!(said(2..4, 73), "output length = 73: the rows have 74 elements");
}
