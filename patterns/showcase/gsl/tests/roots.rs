//! Roots as a user meets them.

use ab_gsl::{Code, Error, Root};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

#[test]
fn later_calls_find_the_closure_wherever_the_solver_has_moved() {
    let mut seen = Vec::new();
    let mut root = Root::new(0.0, 3.0, |x| {
        seen.push(x);
        x * x - 2.0
    })
    .unwrap();
    for round in 0..12 {
        let moved = Box::new(root);
        let noise = vec![f64::from(round); 8];
        root = *moved;
        root.step().unwrap();
        drop(noise);
    }
    assert!((root.estimate() - 2f64.sqrt()).abs() < 1e-15);
    drop(root);
    assert_eq!(seen[..2], [0.0, 3.0]);
    assert!(seen.len() > 6);
}

#[test]
fn a_closure_ends_once_with_its_solver_or_its_refusal() {
    let captured = Rc::new(1.0);
    let line = || {
        let ours = Rc::clone(&captured);
        move |x: f64| x - *ours
    };
    let root = Root::new(0.0, 3.0, line()).unwrap();
    assert_eq!(Rc::strong_count(&captured), 2);
    drop(root);
    assert!(Root::new(2.0, 3.0, line()).is_err());
    assert!(Root::new(f64::NAN, 3.0, line()).is_err());
    assert_eq!(Rc::strong_count(&captured), 1);
}

#[test]
fn an_argument_that_breaks_its_rule_is_named() {
    let said = |lower, upper| Root::new(lower, upper, |x| x).unwrap_err().to_string();
    assert_eq!(said(1.0, -1.0), "lower = 1: must be below upper");
    assert_eq!(said(0.0, 0.0), "lower = 0: must be below upper");
    assert_eq!(said(f64::NAN, 1.0), "lower = NaN: must be finite");
    assert_eq!(said(-1.0, f64::INFINITY), "upper = inf: must be finite");
    let mut root = Root::new(-1.0, 2.0, |x| x).unwrap();
    for width in [0.0, -1.0, f64::NAN] {
        let refused = root.solve(width, 10).unwrap_err();
        assert_eq!(refused.to_string(), format!("width = {width}: must be above 0"));
    }
}

#[test]
fn one_sign_at_both_ends_is_refused_in_gsls_words() {
    let refused = Root::new(-1.0, 1.0, |x| x * x + 1.0).unwrap_err();
    assert!(matches!(&refused, Error::Gsl(f) if f.code == Code::Invalid), "{refused:?}");
    assert_eq!(refused.to_string(), "GSL: endpoints do not straddle y=0 (Invalid)");
}

#[test]
fn too_few_steps_say_how_far_they_came() {
    let refused = Root::new(0.0, 3.0, |x| x * x - 2.0).unwrap().solve(1e-12, 2).unwrap_err();
    let Error::NotConverged { steps, lower, upper } = refused else { panic!("{refused:?}") };
    assert_eq!(steps, 2);
    assert!(lower < 2f64.sqrt() && 2f64.sqrt() < upper, "{lower} to {upper}");
    let none = Root::new(0.0, 3.0, |x| x - 1.0).unwrap().solve(1.0, 0).unwrap_err();
    assert_eq!(
        none.to_string(),
        "after 0 steps the root is between 0 and 3: allow more steps, or a larger width"
    );
}

#[test]
fn a_panic_or_a_pole_ends_one_step_and_the_next_goes_on() {
    let weather = Cell::new("fine");
    let line = |x: f64| match weather.get() {
        "panic" => resume_unwind(Box::new("pole")),
        "pole" => f64::INFINITY,
        _ => x * x - 2.0,
    };
    let mut root = Root::new(0.0, 3.0, line).unwrap();
    weather.set("panic");
    let caught = catch_unwind(AssertUnwindSafe(|| root.step()));
    assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"pole"));
    weather.set("pole");
    let refused = root.step().unwrap_err();
    assert!(matches!(refused, Error::NotFinite { value: f64::INFINITY, .. }), "{refused:?}");
    weather.set("fine");
    assert!((root.solve(1e-12, 100).unwrap() - 2f64.sqrt()).abs() < 1e-12);
    weather.set("panic");
    let caught = catch_unwind(AssertUnwindSafe(|| Root::new(0.0, 3.0, line).map(drop)));
    assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"pole"));
}
