//! 4. Enums come in as integers: a number of C becomes a Rust enum only after it was looked at.
//!
//! # What goes wrong
//! A C enum is an `int` with names; any number may be in it, and the next release of the library has one
//! more name. A Rust enum that is declared as the return type may hold its listed values and no
//! others, and the compiler builds on that: `Some(stop)` is stored as the first number that cannot
//! be, so that it reads as `None` when C returns it; a `match` jumps through a table past its end. `bool`
//! is an enum of 0 and 1.
//!
//! # The right way
//! The declaration says `i32`, in a newtype with the constants of the header. [`Stop`] is made from it by
//! a `match` of ours, which has an arm for every other number: [`Stop::Other`] keeps it, so that a
//! newer library's reason is a value to report and no error. Callers that want to go no further
//! without knowing the reason convert with [`TryFrom`] to [`Known`].
//!
//! Of generators, bindgen makes plain constants of an enum if it is not told otherwise; `newtype_enum` makes the
//! newtype above, `rustified_enum` the Rust enum that this page warns of. A `_Bool` it declares as `bool`.
//!
//! In the other direction an enum is safe to hand out, as `rule as i32`; C checks it all the same,
//! because other callers pass integers. A number that is no enum needs the same look: whatever an `i32` can
//! be may come from safe Rust, and arithmetic that leaves the range of `int32_t` is undefined in C. `steps--`
//! on the smallest number is such a place; `tests/extremes.rs` calls C with the smallest and the largest number of
//! each type, compiled so that undefined arithmetic ends the process.
//!
//! ```
//! use abreast_patterns::enums_as_integers::{Rule, Stop, minimise};
//!
//! let (x, stop) = minimise(0.25, 0.0..=1.0, 1e-9, 100, Rule::Golden)?;
//! assert_eq!(stop, Stop::Converged);
//! assert!((x - 0.25).abs() < 1e-7);
//! assert_eq!(minimise(0.25, 0.0..=1.0, 1e-9, 3, Rule::Golden)?.1, Stop::OutOfSteps);
//! # Ok::<(), abreast_patterns::enums_as_integers::Refused>(())
//! ```
//!
//! # The wrong way
//! `three_in_an_enum` declares the enum as the return type, and C returns 3: `Some` of it is `None`.
//! `two_in_a_bool` declares `bool`: the answer is a byte of 2, and yes plus yes counts 4 or, in another
//! build, 0. A compiler that inserts a check of its own (with debug assertions it may) makes an abort of it.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/enums_as_integers/enums_as_integers.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/enums_as_integers/enums_as_integers.c"), "```")]
//! For the counterexamples:
#![doc = concat!("```c\n", include_str!("../csrc/enums_as_integers/wrong.c"), "```")]
#![allow(unsafe_code)]

// Pattern: a newtype for any number that comes in, an enum for those that are known, another one for what goes out.

/// The declarations of `enums_as_integers.h`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    /// Why C stopped: any number.
    #[repr(transparent)]
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct ab_stop(pub i32);

    pub const AB_STOP_CONVERGED: ab_stop = ab_stop(0);
    pub const AB_STOP_STEPS: ab_stop = ab_stop(1);
    pub const AB_STOP_STALLED: ab_stop = ab_stop(2);
    pub const AB_STOP_REFUSED: ab_stop = ab_stop(-1);

    // Example: a function that takes such a number and returns one.

    unsafe extern "C" {
        pub fn ab_minimise(
            centre: f64,
            low: f64,
            high: f64,
            tolerance: f64,
            steps: i32,
            rule: i32,
            x: *mut f64,
        ) -> ab_stop;
    }
}

/// Why the minimiser stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// The interval is as small as was asked for.
    Converged,
    /// No step was left.
    OutOfSteps,
    /// The interval cannot become smaller in this arithmetic.
    Stalled,
    /// A reason that this program does not know.
    Other(i32),
}

impl From<raw::ab_stop> for Stop {
    fn from(stop: raw::ab_stop) -> Stop {
        match stop {
            raw::AB_STOP_CONVERGED => Stop::Converged,
            raw::AB_STOP_STEPS => Stop::OutOfSteps,
            raw::AB_STOP_STALLED => Stop::Stalled,
            raw::ab_stop(other) => Stop::Other(other),
        }
    }
}

/// A reason that this program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Known {
    Converged,
    OutOfSteps,
    Stalled,
}

/// C gave a reason to stop that this program does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("ab_minimise stopped for reason {0}, which this program does not know")]
pub struct Unknown(pub i32);

impl TryFrom<Stop> for Known {
    type Error = Unknown;

    fn try_from(stop: Stop) -> Result<Known, Unknown> {
        match stop {
            Stop::Converged => Ok(Known::Converged),
            Stop::OutOfSteps => Ok(Known::OutOfSteps),
            Stop::Stalled => Ok(Known::Stalled),
            Stop::Other(number) => Err(Unknown(number)),
        }
    }
}

/// How the next point is placed, with the numbers of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Rule {
    /// Golden section.
    Golden = 0,
    /// At both thirds.
    Thirds = 1,
}

// Example: a minimiser that says why it stopped.

use std::ops::RangeInclusive;

/// The question makes no sense.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "centre {centre} on [{low}, {high}] with tolerance {tolerance}: centre and ends must be finite, low not above high, the tolerance 0 or more"
)]
#[allow(missing_docs)]
pub struct Refused {
    pub centre: f64,
    pub low: f64,
    pub high: f64,
    pub tolerance: f64,
}

/// Minimises (x - centre)^2 over `interval`: the place, and why the search stopped. `steps` below 1 are none.
///
/// # Errors
/// [`Refused`] when the centre or an end of the interval is not finite, the ends are in the wrong order, or
/// the tolerance is negative or NaN.
pub fn minimise(
    centre: f64,
    interval: RangeInclusive<f64>,
    tolerance: f64,
    steps: i32,
    rule: Rule,
) -> Result<(f64, Stop), Refused> {
    let (low, high) = interval.into_inner();
    let mut x = f64::NAN;
    // SAFETY: x is a value of ours, alive for the call; C refuses any numbers that it cannot use.
    let stop =
        unsafe { raw::ab_minimise(centre, low, high, tolerance, steps, rule as i32, &mut x) };
    match stop {
        raw::AB_STOP_REFUSED => Err(Refused { centre, low, high, tolerance }),
        stop => Ok((x, stop.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The constants of the header whose names begin with `prefix`.
    fn constants(prefix: &str) -> Vec<(String, i32)> {
        let header = include_str!("../csrc/enums_as_integers/enums_as_integers.h");
        let constant = |line: &str| {
            let mut words = line.strip_prefix("#define ")?.split_whitespace();
            let name = words.next()?.strip_prefix(prefix)?;
            Some((name.to_owned(), words.next()?.trim_matches(['(', ')']).parse().ok()?))
        };
        header.lines().filter_map(constant).collect()
    }

    #[test]
    fn every_reason_of_the_header_has_a_name_here() {
        let reasons = constants("AB_STOP_");
        assert_eq!(reasons.len(), 4, "{reasons:?}");
        for (name, number) in reasons {
            let expected = match name.as_str() {
                "CONVERGED" => Stop::Converged,
                "STEPS" => Stop::OutOfSteps,
                "STALLED" => Stop::Stalled,
                // Not a reason to stop: `minimise` makes an error of it.
                "REFUSED" => Stop::Other(raw::AB_STOP_REFUSED.0),
                _ => panic!("AB_STOP_{name} has no name in Rust"),
            };
            assert_eq!(Stop::from(raw::ab_stop(number)), expected);
        }
        let rules = [
            ("GOLDEN".to_owned(), Rule::Golden as i32),
            ("THIRDS".to_owned(), Rule::Thirds as i32),
        ];
        assert_eq!(constants("AB_RULE_"), rules);
    }

    #[test]
    fn any_other_number_is_kept_and_known_to_be_unknown() {
        let numbers = (-1_000..1_000).chain([i32::MIN, i32::MAX, 1 << 8, 1 << 16, 257, 65_537]);
        for number in numbers.filter(|number| !(0..=2).contains(number)) {
            let stop = Stop::from(raw::ab_stop(number));
            assert_eq!(stop, Stop::Other(number));
            assert_eq!(Known::try_from(stop), Err(Unknown(number)));
        }
        assert_eq!(Known::try_from(Stop::Stalled), Ok(Known::Stalled));
        assert!(Unknown(7).to_string().contains("reason 7"));
    }

    #[test]
    fn each_rule_finds_the_minimum_and_says_why_it_stopped() {
        for rule in [Rule::Golden, Rule::Thirds] {
            let stopped =
                |tolerance, steps| minimise(2.0, -1.0..=5.0, tolerance, steps, rule).unwrap();
            let (x, stop) = stopped(1e-6, 1000);
            assert!((x - 2.0).abs() < 1e-6, "{rule:?}: {x}");
            assert_eq!(stop, Stop::Converged);
            assert_eq!(stopped(1e-6, 2).1, Stop::OutOfSteps);
            assert_eq!(stopped(0.0, 1_000_000).1, Stop::Stalled);
        }
    }

    #[test]
    fn numbers_at_the_end_of_the_range_leave_the_place_in_the_interval() {
        for rule in [Rule::Golden, Rule::Thirds] {
            for centre in [-f64::MAX, -1e200, 0.0, 1e308, f64::MAX] {
                let whole = -f64::MAX..=f64::MAX;
                let (x, stop) = minimise(centre, whole, 1e295, 1_000_000, rule).unwrap();
                assert!((x - centre).abs() <= 1e295, "{rule:?}, {centre:e}: {x:e}, {stop:?}");
                assert_eq!(stop, Stop::Converged);
            }
            let none = minimise(0.0, -f64::MAX..=f64::MAX, 1e295, 0, rule).unwrap();
            assert_eq!(none, (0.0, Stop::OutOfSteps), "not even one step");
        }
    }

    #[test]
    fn any_number_of_steps_will_do() {
        for steps in [i32::MIN, i32::MIN + 1, -1, 0] {
            let stopped = minimise(0.25, 0.0..=1.0, 1e-9, steps, Rule::Golden).unwrap();
            assert_eq!(stopped, (0.5, Stop::OutOfSteps), "{steps}");
        }
        let stopped = minimise(0.25, 0.0..=1.0, 1e-9, i32::MAX, Rule::Golden).unwrap();
        assert_eq!(stopped.1, Stop::Converged);
    }

    #[test]
    fn a_question_without_sense_is_refused() {
        for (centre, low, high, tolerance) in [
            (0.0, 1.0, 0.0, 0.1),
            (0.0, f64::NAN, 0.0, 0.1),
            (0.0, 0.0, f64::INFINITY, 0.1),
            (0.0, 0.0, 1.0, -0.1),
            (0.0, 0.0, 1.0, f64::NAN),
            (f64::NAN, 0.0, 1.0, 0.1),
            (f64::NEG_INFINITY, 0.0, 1.0, 0.1),
        ] {
            let refused = minimise(centre, low..=high, tolerance, 10, Rule::Golden).unwrap_err();
            let expected =
                format!("centre {centre} on [{low}, {high}] with tolerance {tolerance}: ");
            assert!(refused.to_string().starts_with(&expected), "{refused}");
        }
        let mut x = 42.0;
        // SAFETY: x is ours. Rule 2 exists in no release.
        let stop = unsafe { raw::ab_minimise(0.0, 0.0, 1.0, 0.1, 10, 2, &mut x) };
        assert_eq!((stop, x), (raw::AB_STOP_REFUSED, 42.0));
    }
}
