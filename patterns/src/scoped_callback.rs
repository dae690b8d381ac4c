//! 18. Scoped callback: a closure that C may call during one call, with everything it borrows.
//!
//! # What goes wrong
//! C takes a function and a `void *`. A Rust closure is neither: it is a value of a type without a name,
//! and the pointer to it is good only as long as the value stays where it is. Passed as the pointer of a
//! moved or finished closure it reads what has taken its place. And a panic in it has C frames below: it
//! aborts the process, where the caller would have caught it.
//!
//! # The right way
//! The closure stays where it is for the whole call, in a frame of [`integrate`], and C gets a pointer to
//! that frame beside a function that was made for its type (one per closure type: no box, no table). The
//! borrow lasts as long as the call, so the closure may borrow what it likes, mutably too. Its failure - an
//! error or a panic - is kept in the same frame while C returns through its own code, and goes on from
//! there: nothing global, so that integrals may be nested and run on many threads.
//!
//! ```
//! use abreast_patterns::scoped_callback::integrate;
//!
//! let mut calls = 0;
//! let area = integrate(0.0, 1.0, 100, |x| {
//!     calls += 1; // borrowed, mutably, from this function
//!     Ok::<_, std::convert::Infallible>(3.0 * x * x)
//! })?;
//! assert!((area - 1.0).abs() < 1e-12);
//! assert_eq!(calls, 101);
//! # Ok::<(), abreast_patterns::scoped_callback::Error<std::convert::Infallible>>(())
//! ```
//!
//! # The wrong way
//! `called_after_the_call` meets a library that keeps the pointer: the integrand reads its weights from
//! freed memory. (For such a library there is [a stored callback](crate::stored_callback).)
//! `panicked_over_c` has no guard: "panic in a function that cannot unwind", in a caller that would have
//! caught it.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/scoped_callback/scoped_callback.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/scoped_callback/scoped_callback.c"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/scoped_callback/wrong.c"), "```")]
#![allow(unsafe_code)]

use std::any::Any;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

// Pattern: a closure that C calls during this call only.

/// The declarations of `scoped_callback.h`, and those of `wrong.c`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    use std::ffi::c_void;

    pub type ab_integrand = unsafe extern "C" fn(*mut c_void, f64, *mut f64) -> i32;

    unsafe extern "C" {
        pub fn ab_simpson(
            f: ab_integrand,
            data: *mut c_void,
            a: f64,
            b: f64,
            n: usize,
            integral: *mut f64,
        ) -> i32;
        // Counterexample: of `wrong.c`.
        pub fn ab_simpson_later(f: ab_integrand, data: *mut c_void);
        pub fn ab_simpson_now(x: f64, y: *mut f64) -> i32;
    }
}

/// Why there is no integral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error<E> {
    /// Simpson's rule takes panels in pairs.
    #[error("panels = {0}: must be even and not 0")]
    Panels(usize),
    /// The integrand failed.
    #[error("the integrand: {0}")]
    Integrand(E),
}

/// The integral of `f` from `a` to `b` by Simpson's rule with `panels` panels.
///
/// # Errors
/// [`Error::Panels`] when they are odd or none; [`Error::Integrand`] with the first error of `f`, which is
/// not called again.
///
/// # Panics
/// When `f` does, with its payload.
pub fn integrate<E>(
    a: f64,
    b: f64,
    panels: usize,
    f: impl FnMut(f64) -> Result<f64, E>,
) -> Result<f64, Error<E>> {
    if panels == 0 || !panels.is_multiple_of(2) {
        return Err(Error::Panels(panels));
    }
    let mut frame = Frame { f, stopped: None };
    let (integrand, data) = frame.for_c();
    let mut integral = 0.0;
    // SAFETY: `integrand` is made for `data`, the frame above, which nobody else touches before the call
    // is over; C calls on this thread only, one call at a time, and not after it. `integral` is a place
    // for the result.
    let status = unsafe { raw::ab_simpson(integrand, data, a, b, panels, &mut integral) };
    match frame.stopped {
        Some(Stop::Panic(payload)) => resume_unwind(payload),
        Some(Stop::Error(error)) => Err(Error::Integrand(error)),
        None => {
            assert_eq!(status, 0, "the panels are checked, the integrand has not failed");
            Ok(integral)
        }
    }
}

/// What C is given a pointer to.
struct Frame<F, E> {
    f: F,
    stopped: Option<Stop<E>>,
}

enum Stop<E> {
    Error(E),
    Panic(Box<dyn Any + Send>),
}

impl<E, F: FnMut(f64) -> Result<f64, E>> Frame<F, E> {
    /// The function and the data that belong together.
    fn for_c(&mut self) -> (raw::ab_integrand, *mut c_void) {
        (called::<F, E>, std::ptr::from_mut(self).cast())
    }
}

/// What C is given as the integrand: one function per type of closure.
unsafe extern "C" fn called<F, E>(data: *mut c_void, x: f64, y: *mut f64) -> i32
where
    F: FnMut(f64) -> Result<f64, E>,
{
    // SAFETY: C hands on the pointer of `for_c`; the frame is alive and nobody else's for the call.
    let frame = unsafe { &mut *data.cast::<Frame<F, E>>() };
    // A closure that has failed is not entered again, whatever C makes of the status.
    if frame.stopped.is_some() {
        return 1;
    }
    match catch_unwind(AssertUnwindSafe(|| (frame.f)(x))) {
        Ok(Ok(value)) => {
            // SAFETY: C gives the place of one double.
            unsafe { y.write(value) };
            return 0;
        }
        Ok(Err(error)) => frame.stopped = Some(Stop::Error(error)),
        Err(payload) => frame.stopped = Some(Stop::Panic(payload)),
    }
    1
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn fine(y: f64) -> Result<f64, Infallible> {
        Ok(y)
    }

    #[test]
    fn it_borrows_from_its_caller() {
        let weights = [1.0, 0.0, 3.0];
        let mut seen = Vec::new();
        let polynomial = |x: f64| {
            seen.push(x);
            fine(weights[0] + x * (weights[1] + x * weights[2]))
        };
        // Simpson's rule is exact up to the third power.
        assert_eq!(integrate(0.0, 2.0, 2, polynomial), Ok(10.0));
        assert_eq!(seen, [0.0, 1.0, 2.0]);
    }

    #[test]
    fn the_first_error_stops_it() {
        let mut calls = 0;
        let result = integrate(0.0, 1.0, 10, |x| {
            calls += 1;
            if x > 0.45 { Err("pole") } else { Ok(1.0) }
        });
        assert_eq!((result, calls), (Err(Error::Integrand("pole")), 6));
    }

    #[test]
    fn a_panic_arrives_with_its_payload_and_the_next_call_is_as_ever() {
        #[derive(Debug, PartialEq)]
        struct Pole(f64);
        let mut calls = 0;
        let caught = catch_unwind(AssertUnwindSafe(|| {
            integrate(-1.0, 1.0, 4, |x| {
                calls += 1;
                if x == 0.0 {
                    resume_unwind(Box::new(Pole(x)));
                }
                fine(1.0 / x)
            })
        }));
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&Pole(0.0)));
        assert_eq!(calls, 3);
        assert_eq!(integrate(0.0, 1.0, 4, |_| fine(1.0)), Ok(1.0));
    }

    #[test]
    fn integrals_nest_and_only_the_inner_panic_is_caught_inside() {
        let line = |x: f64| integrate(0.0, 1.0, 4, |y| fine(x * y));
        assert_eq!(integrate(0.0, 2.0, 4, |x| line(x).map_err(|_| ())), Ok(1.0));
        let outer = integrate(0.0, 1.0, 2, |_| {
            let inner = || {
                integrate(0.0, 1.0, 2, |_| -> Result<f64, Infallible> {
                    resume_unwind(Box::new(7))
                })
            };
            let payload = catch_unwind(inner).unwrap_err();
            fine(f64::from(*payload.downcast::<i32>().unwrap()))
        });
        assert_eq!(outer, Ok(7.0));
    }

    #[test]
    fn a_library_that_goes_on_after_a_failure_does_not_reach_the_closure() {
        let mut calls = 0;
        let f = |_| {
            calls += 1;
            Err("pole")
        };
        let mut frame = Frame { f, stopped: None };
        let (integrand, data) = frame.for_c();
        for _ in 0..3 {
            let mut y = 7.0;
            // SAFETY: the frame is alive; this test is the library.
            let status = unsafe { integrand(data, 0.5, &mut y) };
            assert_eq!((status, y), (1, 7.0));
        }
        assert!(matches!(frame.stopped, Some(Stop::Error("pole"))));
        assert_eq!(calls, 1);
    }

    #[test]
    fn panels_that_simpson_cannot_pair_are_refused() {
        for panels in [0, 1, 7, usize::MAX] {
            let refused =
                integrate(0.0, 1.0, panels, |_| -> Result<f64, Infallible> { unreachable!() });
            assert_eq!(refused, Err(Error::Panels(panels)));
        }
        let text = Error::<Infallible>::Panels(7).to_string();
        assert_eq!(text, "panels = 7: must be even and not 0");
    }
}
