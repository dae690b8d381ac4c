//! 12. errno: read at once, before anything else can write to it.
//!
//! # What goes wrong
//! `errno` says why the *last* call of this thread failed, whichever that was. Between the call and the
//! reading there is a line for the log, a destructor, an allocation: each may call the system, fail, and
//! leave its own reason. The report then says "Bad file descriptor" about an interpolation. And a
//! function that can answer with any number (`strtod`, `exp`) says only in `errno` that it failed: a caller
//! that does not clear it first reads the reason of something long past, and refuses a right result.
//!
//! # The right way
//! One function makes the call and turns `errno` into a value in the next expression: [`at`]. Where the
//! result alone does not tell, it is cleared before: [`rate`]. What leaves is an [`std::io::Error`], which
//! nobody can overwrite. `errno` belongs to a thread: both steps are in one function, so they are on one.
//!
//! On Windows this page is wrong: there `last_os_error` reads `GetLastError`, which is not what C's library
//! writes. Where that matters let C hand out its own, by `int ab_errno(void) { return errno; }` in the
//! next expression, and its words by `strerror`: the numbers of `errno` are not those of
//! `from_raw_os_error` there either.
//!
//! ```
//! use abreast_patterns::errno::{at, rate};
//!
//! let (xs, ys) = ([0.0, 1.0, 3.0], [10.0, 20.0, 40.0]);
//! assert_eq!(at(&xs, &ys, 2.0)?, 30.0);
//! let refused = at(&xs, &ys, 3.5).unwrap_err();
//! println!("a line in between changes nothing");
//! assert_eq!(refused.raw_os_error(), Some(libc::EDOM));
//! assert!(rate(1e13, 80e3, 298.0)? > 0.0);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # The wrong way
//! `errno_after_the_log` writes to the log first: the x outside of the table is reported as EBADF.
//! `errno_not_cleared` refuses a right rate, for a failure before it.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/errno/errno.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/errno/errno.c"), "```")]
#![allow(unsafe_code)]

use std::io;

// Pattern: errno read at once where the result says that there is one, and emptied before where it does not.

/// The declarations of `errno.h`.
#[allow(missing_docs)]
pub mod raw {
    use std::ffi::c_int;

    unsafe extern "C" {
        pub fn ab_table_at(n: usize, xs: *const f64, ys: *const f64, x: f64, y: *mut f64) -> c_int;
        // Safe: a function of numbers, NaN among them.
        pub safe fn ab_rate(a: f64, e: f64, t: f64) -> f64;
        // Safe: errno is of this thread, and any number may be in it.
        pub safe fn ab_errno_set(value: c_int);
        // Counterexample: what is called in between.
        pub fn ab_log(line: *const std::ffi::c_char);
    }
}

/// Linear interpolation in the table of points `(xs, ys)`, with `xs` ascending.
///
/// # Errors
/// `InvalidInput` for columns that differ in length; EINVAL for fewer than two points; EDOM for an `x`
/// outside of the table.
pub fn at(xs: &[f64], ys: &[f64], x: f64) -> io::Result<f64> {
    if xs.len() != ys.len() {
        let what = format!("xs has {} numbers and ys {}", xs.len(), ys.len());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    let mut y = f64::NAN;
    // SAFETY: two slices of the same length, and a variable of ours for the result. A table that is not
    // ascending gives a wrong number, but nothing outside of it is read.
    let status = unsafe { raw::ab_table_at(xs.len(), xs.as_ptr(), ys.as_ptr(), x, &mut y) };
    if status == 0 { Ok(y) } else { Err(io::Error::last_os_error()) }
}

/// The rate of a reaction by Arrhenius: `a exp(-e / (R t))`, with `e` in J/mol and `t` in K.
///
/// # Errors
/// EDOM for a temperature that is not above zero and where the rate would be NaN; ERANGE for a rate above
/// all numbers.
pub fn rate(a: f64, e: f64, t: f64) -> io::Result<f64> {
    raw::ab_errno_set(0);
    let rate = raw::ab_rate(a, e, t);
    let said = io::Error::last_os_error();
    if said.raw_os_error() == Some(0) { Ok(rate) } else { Err(said) }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    const XS: [f64; 4] = [-1.0, 0.0, 2.0, 3.0];
    const YS: [f64; 4] = [5.0, 1.0, 2.0, -4.0];

    fn log() {
        // SAFETY: a text that ends.
        unsafe { raw::ab_log(c"between".as_ptr()) };
        assert_eq!(io::Error::last_os_error().raw_os_error(), Some(libc::EBADF));
    }

    #[test]
    fn a_refusal_keeps_its_reason_whatever_comes_after() {
        let reason = |result: io::Result<f64>| {
            log();
            result.unwrap_err().raw_os_error()
        };
        assert_eq!(reason(at(&XS, &YS, 3.1)), Some(libc::EDOM));
        assert_eq!(reason(at(&XS, &YS, -1.1)), Some(libc::EDOM));
        assert_eq!(reason(at(&XS, &YS, f64::NAN)), Some(libc::EDOM));
        assert_eq!(reason(at(&XS[..1], &YS[..1], 0.0)), Some(libc::EINVAL));
        assert_eq!(reason(at(&[], &[], 0.0)), Some(libc::EINVAL));
        assert_eq!(reason(rate(1.0, 1.0, 0.0)), Some(libc::EDOM));
        assert_eq!(reason(rate(f64::NAN, 1.0, 1.0)), Some(libc::EDOM));
        assert_eq!(reason(rate(1e300, -1e9, 1.0)), Some(libc::ERANGE));
    }

    #[test]
    fn a_right_result_is_not_refused_for_what_was_before() {
        for (x, y) in [(-1.0, 5.0), (-0.5, 3.0), (0.0, 1.0), (1.0, 1.5), (3.0, -4.0)] {
            log();
            assert_eq!(at(&XS, &YS, x).unwrap(), y);
        }
        log();
        assert_eq!(rate(2.0, 0.0, 300.0).unwrap(), 2.0);
        log();
        assert_eq!(rate(1.0, 1e9, 1.0).unwrap(), 0.0, "too small for a number is no failure");
        assert_eq!(rate(f64::INFINITY, 0.0, 300.0).unwrap(), f64::INFINITY, "right, and no ERANGE");
    }

    #[test]
    fn columns_that_differ_are_refused_before_the_call() {
        let refused = at(&XS, &YS[..3], 3.0).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
        assert_eq!(refused.to_string(), "xs has 4 numbers and ys 3");
    }

    #[test]
    fn each_thread_has_its_own() {
        let together = Barrier::new(4);
        std::thread::scope(|scope| {
            for me in 0..4 {
                let together = &together;
                scope.spawn(move || {
                    let (call, reason): (fn() -> io::Result<f64>, _) = match me {
                        0 => (|| at(&XS, &YS, 9.0), Some(libc::EDOM)),
                        1 => (|| at(&[], &[], 9.0), Some(libc::EINVAL)),
                        2 => (|| rate(1e300, -1e9, 1.0), Some(libc::ERANGE)),
                        _ => (|| rate(1.0, 1.0, 1.0), None),
                    };
                    for _ in 0..100 {
                        together.wait();
                        assert_eq!(call().err().and_then(|e| e.raw_os_error()), reason);
                    }
                });
            }
        });
    }
}
