use super::*;
use crate::kernel::{Ask, Evidence, Number, Outcome, Problem, call};
use crate::sample::splitmix64;
use crate::{Error, Level};
use num_complex::Complex64;

/// One pixel at `point`.
fn count_at(point: Complex64, max_iter: u64, julia: Option<Complex64>) -> u32 {
    let view = View { center: point, width: 1, height: 1, max_iter, julia, ..View::LESSON };
    escape(&view).unwrap()[0]
}

fn c(re: f64, im: f64) -> Complex64 {
    Complex64::new(re, im)
}

fn refusal(view: View) -> String {
    escape(&view).unwrap_err().to_string()
}

#[test]
fn counts_worked_out_by_hand() {
    assert_eq!(count_at(c(3.0, 0.0), 9, None), 1); // 3 is outside at once
    assert_eq!(count_at(c(2.0, 0.0), 9, None), 2); // 2, not beyond 2; then 6
    assert_eq!(count_at(c(1.0, 0.0), 9, None), 3); // 1, 2, 5
    assert_eq!(count_at(c(-2.0, 0.0), 9, None), 9); // -2, 2, 2, ... stays on the circle
    assert_eq!(count_at(c(0.0, 1.0), 9, None), 9); // i, -1 + i, -i, -1 + i, ...
    assert_eq!(count_at(c(0.25, 0.0), 1000, None), 1000); // climbs to 1/2, for ever
    // Julia: z starts at the pixel, and is tested only after an update.
    assert_eq!(count_at(c(10.0, 0.0), 9, Some(c(-100.0, 0.0))), 2); // 0, then -100
    assert_eq!(count_at(c(1.5, 0.0), 9, Some(c(0.0, 0.0))), 1); // 2.25
    assert_eq!(count_at(c(1e200, 0.0), 9, Some(c(0.0, 0.0))), 1); // infinite, then NaN
    assert_eq!(count_at(c(1.0, 0.0), 9, Some(c(0.0, 0.0))), 9);
}

#[test]
fn the_limit_on_updates_is_exact_wherever_it_falls_in_a_block() {
    for max_iter in 1..100 {
        assert_eq!(count_at(c(0.0, 0.0), max_iter, None), max_iter as u32);
        // 0.2501 escapes, but only after some 300 updates.
        assert_eq!(count_at(c(0.2501, 0.0), max_iter, None), max_iter as u32);
    }
    let late = count_at(c(0.2501, 0.0), 1000, None);
    assert!((250..350).contains(&late), "{late}");
    assert_eq!(count_at(c(0.2501, 0.0), u64::from(late), None), late);
    assert_eq!(count_at(c(0.2501, 0.0), u64::from(late) - 1, None), late - 1);
}

#[test]
fn the_lessons_case_by_every_body_at_every_level() {
    for level in Level::available() {
        for body in Body::ALL {
            let counts = call::<Escape>(How { body, level }, (&View::LESSON).into(), ()).unwrap();
            assert_eq!(counts.value(), Number::Int(85_654_943), "{body} at {level}");
        }
    }
}

/// A view from one random number: inside, outside and across the disc where orbits stay escaped.
fn any_view(seed: u64) -> View {
    let random = |i| splitmix64(seed, i);
    let real = |i, most: f64| most * (random(i) as f64 / 2f64.powi(63) - 1.0);
    let extent = 4.0 * 2f64.powi(-(random(2) as i32 & 31));
    View {
        center: c(real(0, 2.2), real(1, 2.2)),
        extent: c(extent, extent),
        width: 1 + random(3) % 90,
        height: 1 + random(4) % 60,
        max_iter: 1 + random(5) % 70,
        julia: random(6).is_multiple_of(2).then(|| c(real(7, 1.6), real(8, 1.6))),
    }
}

#[test]
fn every_body_counts_every_view_as_the_oracle_does() {
    for seed in 0..60 {
        let view = any_view(seed);
        let problem = Problem::new(view.width * view.height, Args::from(&view));
        let oracle = Escape::oracle(&problem);
        for level in Level::available() {
            for body in Body::ALL {
                let counts = call::<Escape>(How { body, level }, problem.args, ()).unwrap();
                for (pixel, (near, number)) in oracle.iter().zip(counts.numbers()).enumerate() {
                    let what = format!("{body} at {level}: pixel {pixel} of {view:?}");
                    assert!(near.accepts(number), "{what}: {number}, not {near:?}");
                }
            }
        }
    }
}

#[test]
fn pixels_are_square_and_halves_are_integers() {
    // 4 across 4 wide is a pitch of 1, although 2 down 4 high would be content with 1/2.
    let view = View {
        center: c(0.0, 0.0),
        extent: c(4.0, 2.0),
        width: 4,
        height: 4,
        max_iter: 9,
        julia: Some(c(0.0, 0.0)),
    };
    // Points -2 .. 1 both ways: with c = 0 only |z| <= 1 stays.
    let stays: Vec<bool> = escape(&view).unwrap().iter().map(|n| *n == 9).collect();
    let expected: Vec<bool> =
        (-2..2).flat_map(|y: i32| (-2..2).map(move |x: i32| x * x + y * y <= 1)).collect();
    assert_eq!(stays, expected);
    // An odd side has its middle on the centre, an even one half a pixel off.
    assert_eq!(count_at(c(-2.0, 0.0), 9, None), 9);
}

#[test]
fn a_view_that_makes_no_picture_is_refused_with_its_rule() {
    let view = View::LESSON;
    let bad = [
        (View { center: c(f64::NAN, 0.0), ..view }, "center = NaN+0i: must be finite"),
        (View { extent: c(1.0, f64::INFINITY), ..view }, "extent = 1+infi: must be finite"),
        (View { julia: Some(c(0.0, f64::NAN)), ..view }, "c = 0+NaNi: must be finite"),
        (View { extent: c(0.0, 1.0), ..view }, "extent = 0+1i: must be above 0, across and down"),
        (View { extent: c(1.0, -1.0), ..view }, "extent = 1-1i: must be above 0, across and down"),
        (View { max_iter: 0, ..view }, "iter = 0: must be between 1 and 4294967295"),
        (View { max_iter: 1 << 32, ..view }, "iter = 4294967296: must be between 1 and 4294967295"),
    ];
    for (view, sentence) in bad {
        assert_eq!(refusal(view), sentence);
    }
    for (width, height) in [(0, 5), (5, 0), (1 << 32, 1 << 32), (u64::MAX, 2), (1 << 63, 1)] {
        let said = refusal(View { width, height, ..view });
        let size = format!("size = {width}x{height}: must be between 1 and ");
        assert!(said.starts_with(&size), "{said}");
    }
    let vast = escape(&View { width: 1 << 31, height: 1 << 31, ..view }).unwrap_err();
    assert!(matches!(vast, Error::Memory { .. }), "{vast}");
}

fn ask(given: &[(&str, &str)]) -> Ask {
    let given = given.iter().map(|(name, text)| (name.to_string(), text.to_string())).collect();
    Ask { given, ..Ask::default() }
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
    let view = View::LESSON.with(&ask(&given)).unwrap();
    let wanted = View {
        center: c(-0.5, 0.25),
        extent: c(3.0, 3.0),
        width: 640,
        height: 480,
        max_iter: 77,
        julia: Some(c(-0.8, -0.2)),
    };
    assert_eq!(view, wanted);
    assert_eq!(View::LESSON.with(&ask(&[])).unwrap(), View::LESSON);
    let oblong = View::LESSON.with(&ask(&[("extent", "3+2i")])).unwrap();
    assert_eq!(oblong.extent, c(3.0, 2.0));
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
        let said = View::LESSON.with(&ask(&[(name, text)])).unwrap_err().to_string();
        assert!(said.starts_with(&format!("{name} = {text}: must have the form")), "{said}");
    }
    let negative = Ask { n: Some(-1), ..Ask::default() };
    assert!(Escape::problem(&negative).unwrap_err().to_string().starts_with("n = -1"));
}

#[test]
fn a_size_in_pixels_is_a_square_that_fits() {
    for (n, side) in [(0, 1), (1, 1), (3, 1), (4, 2), (1000, 31), (1024, 32)] {
        let args = Escape::problem(&Ask::size(n)).unwrap().args;
        assert_eq!((args.width, args.height), (side, side), "n = {n}");
    }
    let lesson = Escape::problem(&Ask::default()).unwrap();
    assert_eq!((lesson.n, lesson.args), (1 << 20, (&View::LESSON).into()));
}
