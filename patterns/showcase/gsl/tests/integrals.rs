//! Integration as a user meets it.

use ab_gsl::{Code, Error, Tolerance, Workspace};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

const TIGHT: Tolerance = Tolerance { absolute: 0.0, relative: 1e-10 };

fn workspace() -> Workspace {
    Workspace::new(50).unwrap()
}

#[test]
fn integrals_are_right_within_their_bound() {
    let mut workspace = workspace();
    for (lower, upper, f, expected) in [
        (0.0, 1.0, (|x| x * x) as fn(f64) -> f64, 1.0 / 3.0),
        (1.0, 0.0, |x| x * x, -1.0 / 3.0),
        (-1.0, 1.0, |x: f64| x.abs().sqrt(), 4.0 / 3.0),
        (2.0, 2.0, |x| x, 0.0),
    ] {
        let integral = workspace.integrate(lower, upper, TIGHT, f).unwrap();
        let error = (integral.value - expected).abs();
        assert!(error <= integral.error_bound.max(1e-15), "{lower} to {upper}: {integral:?}");
    }
}

#[test]
fn an_argument_that_breaks_its_rule_is_named() {
    let mut w = workspace();
    let mut said = |lower, upper, absolute, relative| {
        let never = |_| -> f64 { panic!("called") };
        let tolerance = Tolerance { absolute, relative };
        w.integrate(lower, upper, tolerance, never).unwrap_err().to_string()
    };
    assert_eq!(said(f64::NAN, 1.0, 0.0, 1e-6), "lower = NaN: must be finite");
    assert_eq!(said(0.0, f64::INFINITY, 0.0, 1e-6), "upper = inf: must be finite");
    let rule = "must be finite and 0 or more";
    assert_eq!(said(0.0, 1.0, -1.0, 1e-6), format!("tolerance.absolute = -1: {rule}"));
    assert_eq!(said(0.0, 1.0, 0.0, f64::NAN), format!("tolerance.relative = NaN: {rule}"));
    for limit in [0, Workspace::MAX + 1, usize::MAX / 8 + 2, usize::MAX] {
        let refused = Workspace::new(limit).unwrap_err();
        assert_eq!(refused.to_string(), format!("limit = {limit}: must be 1 to 10000000"));
    }
}

#[test]
fn what_gsl_refuses_is_an_error_with_its_words() {
    let mut w = workspace();
    let refused = w.integrate(0.0, 1.0, Tolerance::relative(0.0), |x| x).unwrap_err();
    let Error::Gsl(failure) = &refused else { panic!("{refused:?}") };
    assert_eq!(failure.code, Code::BadTolerance);
    assert!(failure.reason.contains("tolerance"), "{refused}");
    assert_eq!(refused.to_string(), format!("GSL: {} (BadTolerance)", failure.reason));
    let mut one = Workspace::new(1).unwrap();
    let refused = one.integrate(0.0, 1.0, TIGHT, |x| x.sqrt()).unwrap_err();
    assert!(matches!(&refused, Error::Gsl(f) if f.code == Code::MaxIterations), "{refused:?}");
    assert!(w.integrate(0.0, 1.0, TIGHT, |x| x).is_ok(), "it may be used again");
}

#[test]
fn a_value_that_is_not_finite_is_named_and_ends_it() {
    let mut calls = 0;
    let pole = |x: f64| {
        calls += 1;
        1.0 / (x - 0.5)
    };
    let refused = workspace().integrate(0.0, 1.0, TIGHT, pole).unwrap_err();
    assert_eq!(refused.to_string(), "f(0.5) = inf: must be finite");
    assert_eq!(calls, 1, "the first point is the middle");
}

#[test]
fn a_panic_arrives_with_its_payload_and_the_closure_is_not_called_again() {
    let (mut calls, mut w) = (0, workspace());
    let raise = |_| {
        calls += 1;
        // Without the hook, which would print.
        resume_unwind(Box::new("pole"))
    };
    let caught = catch_unwind(AssertUnwindSafe(|| w.integrate(0.0, 1.0, TIGHT, raise)));
    assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"pole"));
    assert_eq!(calls, 1);
    assert!(w.integrate(0.0, 1.0, TIGHT, |x| x).is_ok(), "it may be used again");
}

#[test]
fn a_closure_may_integrate_and_fail_by_itself() {
    // The integral over a triangle, and inner ones that GSL refuses.
    let (mut outer, mut inner, mut refused) = (workspace(), workspace(), 0);
    let area = outer.integrate(0.0, 1.0, TIGHT, |x| {
        refused += u32::from(inner.integrate(0.0, x, Tolerance::relative(0.0), |_| 1.0).is_err());
        inner.integrate(0.0, x, TIGHT, |_| 1.0).unwrap().value
    });
    assert!((area.unwrap().value - 0.5).abs() < 1e-12);
    assert_eq!(refused, 21);
}

#[test]
fn threads_have_failures_of_their_own() {
    std::thread::scope(|scope| {
        for relative in [1e-10, 0.0] {
            scope.spawn(move || {
                let mut w = workspace();
                for _ in 0..500 {
                    let integral = w.integrate(0.0, 1.0, Tolerance::relative(relative), |x| x);
                    assert_eq!(integral.is_ok(), relative > 0.0, "{integral:?}");
                }
            });
        }
    });
}
