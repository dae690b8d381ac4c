// Example: tests.

use super::*;

/// A curve of closures.
struct Of<A, S>(A, S);

impl<A: Fn(f64) -> Result<f64, Failed>, S: Fn(f64) -> f64> Curve for Of<A, S> {
    fn at(&self, x: f64) -> Result<f64, Failed> {
        self.0(x)
    }

    fn slope(&self, x: f64) -> Result<f64, Failed> {
        Ok(self.1(x))
    }
}

fn failed<T>(why: &str) -> Result<T, Failed> {
    Err(Failed(why.to_owned()))
}

fn payload<T>(call: impl FnOnce() -> T) -> &'static str {
    let payload = catch_unwind(AssertUnwindSafe(call)).err().expect("a panic");
    *payload.downcast().expect("its payload")
}

#[test]
fn objects_of_both_languages_add_up() {
    let calls = Cell::new(0);
    let mut sum = Sum::new().unwrap();
    assert_eq!(sum.at(3.0), Ok(0.0));
    sum.add_hyperbola().unwrap();
    sum.add(Of(
        |x| {
            calls.set(calls.get() + 1);
            Ok(x)
        },
        |_| 1.0,
    ))
    .unwrap();
    assert_eq!((sum.at(2.0), sum.slope(2.0)), (Ok(2.5), Ok(0.75)));
    // A class of C++ in a class of C++, through Rust.
    let mut outer = Sum::new().unwrap();
    outer.add(sum).unwrap();
    outer.add(Of(|_| Ok(-2.5), |_| 0.0)).unwrap();
    // x + 1/x = 2.5
    assert!((outer.root(3.0).unwrap() - 2.0).abs() < 1e-12);
    drop(outer);
    assert!(calls.get() > 2);
}

#[test]
fn an_error_is_an_exception_in_between_that_cpp_may_handle() {
    let refused = Cell::new(0);
    let mut sum = Sum::new().unwrap();
    let logarithm = |x: f64| {
        if x > 0.0 {
            return Ok(x.ln());
        }
        refused.set(refused.get() + 1);
        failed("ln is for x > 0, \u{e4}")
    };
    sum.add(Of(logarithm, |x| 1.0 / x)).unwrap();
    assert!((sum.root(3.0).unwrap() - 1.0).abs() < 1e-12);
    assert_eq!(refused.get(), 1, "a step was halved");
    assert_eq!(sum.at(-1.0), failed("ln is for x > 0, \u{e4}"));
    // Nowhere a value: C++ gives up, and the text is the last one's.
    let mut nowhere = Sum::new().unwrap();
    nowhere.add(Of(|x| if x == 1.0 { Ok(1.0) } else { failed("nowhere") }, |_| 1.0)).unwrap();
    assert_eq!(nowhere.root(1.0), failed("nowhere"));
}

#[test]
fn an_exception_of_cpp_is_an_error() {
    let mut sum = Sum::new().unwrap();
    sum.add_hyperbola().unwrap();
    assert_eq!(sum.at(0.0), failed("1/x has no value at 0"));
    assert_eq!(sum.root(1.0), failed("no root after 100 steps"));
    assert_eq!(sum.at(2.0), Ok(0.5));
}

#[test]
fn a_panic_goes_through_cpp_with_its_payload() {
    let mut sum = Sum::new().unwrap();
    let raise = |x: f64| if x == 0.0 { resume_unwind(Box::new("pole")) } else { Ok(x) };
    sum.add(Of(raise, |_| 1.0)).unwrap();
    assert_eq!(payload(|| sum.at(0.0)), "pole");
    assert_eq!(payload(|| sum.root(1.0)), "pole");
    assert_eq!(sum.at(1.0), Ok(1.0));
    let mut outer = Sum::new().unwrap();
    outer.add(sum).unwrap();
    assert_eq!(payload(|| outer.at(0.0)), "pole");
    assert_eq!(outer.at(2.0), Ok(2.0));
}

#[test]
fn cpp_drops_each_object_once_whatever_that_does() {
    struct Counted<'n>(&'n Cell<u32>);
    impl Curve for Counted<'_> {
        fn at(&self, _: f64) -> Result<f64, Failed> {
            failed("")
        }
        fn slope(&self, _: f64) -> Result<f64, Failed> {
            failed("")
        }
    }
    impl Drop for Counted<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
            // Without the hook, which would print.
            resume_unwind(Box::new("in drop"));
        }
    }
    let dropped = Cell::new(0);
    let mut sum = Sum::new().unwrap();
    sum.add(Counted(&dropped)).unwrap();
    sum.add(Counted(&dropped)).unwrap();
    assert_eq!(dropped.get(), 0);
    drop(sum);
    assert_eq!(dropped.get(), 2);
}

#[test]
fn a_long_text_is_cut_between_letters() {
    let mut sum = Sum::new().unwrap();
    sum.add(Of(|_| Err(Failed("\u{e4}".repeat(100))), |_| 0.0)).unwrap();
    assert_eq!(sum.at(1.0), failed(&"\u{e4}".repeat(79)));
}
