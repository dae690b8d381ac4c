//! 15. Panic parcel: a callback's panic is put aside, C returns, and it goes on from there.
//!
//! # What goes wrong
//! A callback panics while frames of C lie below it. It must not unwind through them: C has no destructors,
//! so its workspace would never be freed and its lock never released; from an `extern "C"` function it
//! aborts instead. Turned into a status it is lost: the caller gets "stopped", and the message and the
//! type of the payload are gone.
//!
//! # The right way
//! The trampoline catches the panic, keeps the payload and asks C to stop by the way that C has for that.
//! C frees what is its own and returns. Then [`integrate`] lets the panic go on with
//! [`std::panic::resume_unwind`]: the same payload, and the hook has printed it once.
//!
//! The parcel lies in the frame of the call that it belongs to, and C's `user` pointer leads there. So
//! calls may nest and run on many threads. Put into a thread-local it would be found by whichever call
//! on the thread looks first. C that cannot be stopped goes on calling: those calls return at once, without
//! entering the closure that panicked.
//!
//! ```
//! use abreast_patterns::panic_parcel::integrate;
//! use std::panic::{AssertUnwindSafe, catch_unwind};
//!
//! let area = integrate(2, 0.0..3.0, |x| x * x, |evaluations| assert_eq!(evaluations, 3))?;
//! assert_eq!(area, 9.0);
//!
//! #[derive(Debug, PartialEq)]
//! struct Pole(f64);
//! let parcel = catch_unwind(|| integrate(2, -1.0..1.0, |x| {
//!     if x == 0.0 { std::panic::panic_any(Pole(x)) } else { 1.0 / x }
//! }, |_| ())).unwrap_err();
//! assert_eq!(parcel.downcast_ref(), Some(&Pole(0.0)));
//! # Ok::<(), abreast_patterns::panic_parcel::Error>(())
//! ```
//!
//! # The wrong way
//! `panic_over_c_frames` has a trampoline that does not catch: the process aborts.
//! `parcel_in_a_thread_local` keeps the payload there: an integration in the report, which has nothing to
//! do with the panic, raises it, and the one that panicked only says that it was stopped.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/panic_parcel/panic_parcel.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/panic_parcel/panic_parcel.c"), "```")]
#![allow(unsafe_code)]

use std::any::Any;
use std::ffi::{c_int, c_void};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

// Pattern: a panic that waits beside the closure while C returns.

/// The declarations of `panic_parcel.h`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    use std::ffi::{c_int, c_void};

    pub type ab_area_fn = unsafe extern "C" fn(*mut c_void, f64, *mut f64) -> c_int;
    pub type ab_area_report_fn = unsafe extern "C" fn(*mut c_void, usize);

    unsafe extern "C" {
        pub fn ab_area(
            n: usize,
            lower: f64,
            upper: f64,
            f: ab_area_fn,
            report: ab_area_report_fn,
            user: *mut c_void,
            area: *mut f64,
        ) -> i32;
        // Example: how many workspaces there are.
        // Safe: an atomic counter.
        pub safe fn ab_area_live() -> i64;
    }
}

/// Why there is no area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Error {
    #[error("{0} intervals: Simpson's rule wants an even number of them, above 0")]
    Intervals(usize),
    #[error("C has no memory for the values of {0} intervals")]
    NoMemory(usize),
    #[error("C returned the unknown status {0}")]
    Unknown(i32),
}

/// One call of [`integrate`], to which C's `user` pointer leads.
struct Call<F, R> {
    f: F,
    report: R,
    parcel: Option<Box<dyn Any + Send>>,
}

impl<F, R> Call<F, R> {
    /// Does a part of the work of this call; `None` when that panicked.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        // Unwind safety: the panic goes on in `integrate`, whose caller sees what it would see without C.
        match catch_unwind(AssertUnwindSafe(|| work(self))) {
            Ok(done) => Some(done),
            Err(payload) if self.parcel.is_none() => {
                self.parcel = Some(payload);
                None
            }
            // There is one place. The first goes on.
            Err(second) => {
                discard(second);
                None
            }
        }
    }
}

/// Drops what a panic carried. That may panic as well: with a text, as a rule, which is dropped too; with
/// anything else, which is leaked, as it might panic again for ever.
fn discard(payload: Box<dyn Any + Send>) {
    let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) else { return };
    if !another.is::<&str>() && !another.is::<String>() {
        std::mem::forget(another);
    }
}

unsafe extern "C" fn value<F: FnMut(f64) -> f64, R>(
    user: *mut c_void,
    x: f64,
    y: *mut f64,
) -> c_int {
    // SAFETY: `user` is the call of `integrate`, which waits for C and does not touch it; C calls back one
    // at a time.
    let call = unsafe { &mut *user.cast::<Call<F, R>>() };
    if call.parcel.is_some() {
        return 1;
    }
    let Some(found) = call.guarded(|call| (call.f)(x)) else { return 1 };
    // SAFETY: C gives a place for the value.
    unsafe { y.write(found) };
    0
}

unsafe extern "C" fn report<F, R: FnMut(usize)>(user: *mut c_void, evaluations: usize) {
    // SAFETY: as in `value`.
    let call = unsafe { &mut *user.cast::<Call<F, R>>() };
    call.guarded(|call| (call.report)(evaluations));
}

/// Integrates `f` over the range by Simpson's rule on `n` intervals. `report` is told at the end how often
/// `f` was called, also if it panicked.
///
/// # Errors
/// [`Error::Intervals`] unless `n` is even and above 0; [`Error::NoMemory`].
///
/// # Panics
/// With what `f` or `report` panic with; if both do, with what `f` did.
pub fn integrate<F: FnMut(f64) -> f64, R: FnMut(usize)>(
    n: usize,
    over: Range<f64>,
    f: F,
    report: R,
) -> Result<f64, Error> {
    let mut call = Call { f, report, parcel: None };
    let mut area = f64::NAN;
    // SAFETY: the trampolines are those for this type of call; the call and the result are variables of
    // ours, which nobody touches until C returns; C keeps neither.
    let status = unsafe {
        raw::ab_area(
            n,
            over.start,
            over.end,
            value::<F, R>,
            self::report::<F, R>,
            (&raw mut call).cast(),
            &mut area,
        )
    };
    if let Some(parcel) = call.parcel {
        resume_unwind(parcel);
    }
    match status {
        0 => Ok(area),
        -1 => Err(Error::Intervals(n)),
        -2 => Err(Error::NoMemory(n)),
        status => Err(Error::Unknown(status)),
    }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// The counter is one for the process: tests take turns.
    static COUNTED: Mutex<()> = Mutex::new(());

    fn counted(test: impl FnOnce()) {
        let _turn = COUNTED.lock().unwrap_or_else(|broken| broken.into_inner());
        test();
        assert_eq!(raw::ab_area_live(), 0, "C did not clean up");
    }

    /// Without the hook, which would print: what is raised is known.
    fn raise<T>(parcel: &'static str) -> T {
        resume_unwind(Box::new(parcel))
    }

    fn caught<T: std::fmt::Debug>(work: impl FnOnce() -> T) -> &'static str {
        let parcel = catch_unwind(AssertUnwindSafe(work)).expect_err("a panic");
        parcel.downcast_ref::<&str>().expect("one of ours")
    }

    #[test]
    fn the_same_payload_arrives_and_c_has_cleaned_up() {
        counted(|| {
            let payload: Box<dyn Any + Send> = Box::new([7u8; 100]);
            let address = (&raw const *payload).cast::<u8>();
            let (mut carried, mut calls, mut reported) = (Some(payload), 0, 0);
            let arrived = catch_unwind(AssertUnwindSafe(|| {
                let f = |x| {
                    calls += 1;
                    if x < 0.5 { x } else { resume_unwind(carried.take().expect("once")) }
                };
                integrate(10, 0.0..1.0, f, |evaluations| reported = evaluations)
            }));
            let arrived = arrived.expect_err("a panic");
            assert_eq!((&raw const *arrived).cast::<u8>(), address, "the very box");
            assert_eq!((calls, reported), (6, 6), "C stopped");
        });
    }

    #[test]
    fn nested_calls_keep_their_parcels_apart() {
        counted(|| {
            let square = || integrate(2, 0.0..3.0, |x| x * x, |_| ()).expect("two intervals");
            // Inside the report of a call that has a parcel.
            let mut inner = 0.0;
            let outer = caught(|| integrate(2, 0.0..1.0, |_| raise("outer"), |_| inner = square()));
            assert_eq!((outer, inner), ("outer", 9.0));
            // An inner one that panics, caught by the callback of the outer.
            let area = integrate(
                2,
                0.0..1.0,
                |_| {
                    let inner = caught(|| integrate(2, 0.0..1.0, |_| raise("inner"), |_| ()));
                    inner.len() as f64
                },
                |_| (),
            );
            assert_eq!(area, Ok(5.0));
            // And one that is not caught goes through both.
            let through = caught(|| {
                let f = |_| integrate(2, 0.0..1.0, |_| raise("both"), |_| ()).expect("not reached");
                integrate(2, 0.0..1.0, f, |_| ())
            });
            assert_eq!(through, "both");
        });
    }

    #[test]
    fn the_first_of_two_panics_goes_on() {
        counted(|| {
            assert_eq!(caught(|| integrate(2, 0.0..1.0, |_| 1.0, |_| raise("report"))), "report");
            let both = caught(|| integrate(2, 0.0..1.0, |_| raise("value"), |_| raise("report")));
            assert_eq!(both, "value");
        });
    }

    #[test]
    fn two_threads_raise_their_own() {
        counted(|| {
            std::thread::scope(|scope| {
                for mine in ["one", "two"] {
                    scope.spawn(move || {
                        for _ in 0..1000 {
                            let f = |x| if x > 0.5 { raise(mine) } else { x };
                            assert_eq!(caught(|| integrate(8, 0.0..1.0, f, |_| ())), mine);
                        }
                    });
                }
            });
        });
    }

    #[test]
    fn intervals_that_the_rule_does_not_know_are_refused() {
        counted(|| {
            for n in [0, 1, 3, usize::MAX, usize::MAX - 1] {
                let refused = integrate(n, 0.0..1.0, |_| raise("called"), |_| raise("reported"));
                assert_eq!(refused, Err(Error::Intervals(n)));
            }
            // A size that only malloc refuses.
            let n = isize::MAX as usize / size_of::<f64>() - 1;
            let refused = integrate(n, 0.0..1.0, |_| raise("called"), |_| raise("reported"));
            assert_eq!(refused, Err(Error::NoMemory(n)));
        });
    }

    /// What a C does that overlooks the answer of a callback.
    #[test]
    fn a_closure_that_has_panicked_is_not_entered_again() {
        let mut entered = 0;
        let f = |_: f64| -> f64 {
            entered += 1;
            raise("first")
        };
        fn ask<F: FnMut(f64) -> f64, R: FnMut(usize)>(call: &mut Call<F, R>) -> (c_int, f64) {
            let mut y = -1.0;
            // SAFETY: the trampoline for this type of call, which nobody else touches.
            let status = unsafe { value::<F, R>((&raw mut *call).cast(), 0.5, &mut y) };
            (status, y)
        }
        let mut call = Call { f, report: |_| (), parcel: None };
        for _ in 0..3 {
            assert_eq!(ask(&mut call), (1, -1.0));
        }
        let parcel = call.parcel.take().expect("the first panic");
        assert_eq!((parcel.downcast_ref(), entered), (Some(&"first"), 1));
    }
}
