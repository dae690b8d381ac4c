//! Bad input is a typed error that names the argument, the value and the rule; and whatever goes
//! wrong while tasks run, every executor reports the fault that a serial run would have met.
//!
//! What each kernel refuses for reasons of its own is tested in its folder. Here are the rules that
//! hold for all of them, and for a kernel from outside.

mod dags;
mod faults;
mod inputs;
mod kernel;
mod level;

use abreast::Error;

/// Asserts that the error is about `argument` and `value`, and says every part of the sentence.
#[track_caller]
fn names(error: &Error, argument: &str, value: &str, rule: &str) {
    let Error::Argument { argument: a, value: v, rule: r } = error else {
        panic!("not about an argument: {error:?}");
    };
    assert_eq!((&a[..], &v[..]), (argument, value), "{error}");
    assert!(r.contains(rule), "{error}");
}
