//! 40. Error handlers: one handler and one logger for the process, and a `va_list` that stays in C.
//!
//! # What goes wrong
//! GSL's error handler aborts unless the program sets another one, libjpeg's exits: one input out of a thousand that is
//! outside of the domain ends the program. The handler that is set instead gets a reason but no pointer to
//! whose call has failed: a global variable in it mixes up threads. It is a plain global itself, so setting it for
//! a call and putting the old one back afterwards is a race. And a panic in it cannot pass C's frames: the process aborts.
//!
//! Loggers (`av_log_set_callback`, raylib's `SetTraceLogCallback`) get a format and a `va_list`. Stable Rust has
//! no such type, and what it is differs by machine: an array of a struct, a struct by value, a pointer. Declared
//! as a pointer and passed on to `snprintf` it prints garbage, since `...` is not a `va_list`.
//!
//! # The right way
//! Where the library returns a status as well, its handler is turned off for good
//! (`gsl_set_error_handler_off`) and the rest is [status codes](crate::status_codes). Where it does not, both
//! functions are set once, before the first call, and never again. The handler notes the failure in a
//! thread-local, which [`lambert_w`] empties before the call and reads after it: right because this library
//! calls its handler on the thread that has failed, which the header has to say. The first failure counts, later
//! ones follow from it. A call within a call (a logger may compute) puts back what it found.
//!
//! The `va_list` is formatted by ten lines of C ([the shim](#the-foreign-side)), twice if the first buffer is too
//! small, each time from a copy of its own. Rust gets bytes and a length. The closure is `Send + Sync + 'static`,
//! as any thread may log, and its panic ends in the trampoline.
//!
//! A handler that must not return (libjpeg's `error_exit`) has to leave by `longjmp`, which is to be done in C
//! as well: [longjmp quarantine](crate::longjmp_quarantine).
//!
//! ```
//! use abreast_patterns::error_handlers::{Code, Level, lambert_w, set_log};
//!
//! set_log(|level, text| {
//!     if level == Level::Warning {
//!         eprintln!("{text}");
//!     }
//! });
//! assert!((lambert_w(1.0)? - 0.5671432904097838).abs() < 1e-15);
//! let failure = lambert_w(-1.0).unwrap_err();
//! assert_eq!(failure.code, Code::Domain);
//! assert_eq!(failure.reason, "x is below -1/e");
//! # Ok::<(), abreast_patterns::error_handlers::Failure>(())
//! ```
//!
//! # The wrong way
//! `default_handler_aborts` sets no handler. `handler_panics` sets one that panics, to have the panic caught by the
//! caller: it aborts as well. `va_list_passed_as_dots` hands the pointer that a logger gets to `snprintf`: the text
//! says neither which iteration it is nor what w is.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/error_handlers/error_handlers.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/error_handlers/error_handlers.c"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/error_handlers/shim.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/error_handlers/shim.c"), "```")]
#![allow(unsafe_code)]

use std::any::Any;
use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once, PoisonError, RwLock};

// Pattern: functions that are set once for the process, and what they leave for the call that runs.

/// The declarations of `error_handlers.h` and `shim.h`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    use std::ffi::{c_char, c_int};

    pub type ab_lambert_error =
        unsafe extern "C" fn(*const c_char, *const c_char, line: c_int, code: c_int);
    pub type ab_lambert_text = unsafe extern "C" fn(c_int, *const c_char, usize);

    unsafe extern "C" {
        pub fn ab_lambert_set_error(handler: Option<ab_lambert_error>);
        pub fn ab_lambert_log_texts(text: ab_lambert_text);
        // Safe: a number for a number. Setting the functions that it calls is what is unsafe.
        pub safe fn ab_lambert(x: f64) -> f64;
    }

    // Counterexample: a logger that is handed a `va_list`.

    /// The pointer stands for a `va_list`, which is none on some machines.
    pub type ab_lambert_log = unsafe extern "C" fn(c_int, *const c_char, *mut std::ffi::c_void);

    unsafe extern "C" {
        pub fn ab_lambert_set_log(log: Option<ab_lambert_log>);
    }
}

/// Why a call has failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} ({code:?}, at {file}:{line})")]
pub struct Failure {
    /// What the library says.
    pub reason: String,
    /// Its code.
    pub code: Code,
    /// Where in the library.
    pub file: String,
    /// The line there.
    pub line: c_int,
}

/// The codes of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Code {
    Domain,
    Nan,
    Other(c_int),
}

/// How important a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Level {
    Debug,
    Warning,
    Other(c_int),
}

/// The `w >= -1` with `w exp(w) = x`.
///
/// # Errors
/// A [`Failure`] with [`Code::Domain`] for `x < -1/e`, [`Code::Nan`] for NaN.
pub fn lambert_w(x: f64) -> Result<f64, Failure> {
    install();
    // Of a call that this one is inside of, by a logger.
    let outer = FAILED.take();
    let w = raw::ab_lambert(x);
    FAILED.replace(outer).map_or(Ok(w), Err)
}

/// Has all messages of the library go to `log`, in place of the one before; at first they go nowhere. It may be
/// called on any thread, by several at once. A panic in it is reported by the hook and ends there.
pub fn set_log(log: impl Fn(Level, &str) + Send + Sync + 'static) {
    let log: Arc<Log> = Arc::new(log);
    // The one before is dropped without the lock: its drop is anybody's code.
    let before = LOG.write().unwrap_or_else(PoisonError::into_inner).replace(log);
    drop(before);
}

type Log = dyn Fn(Level, &str) + Send + Sync;

/// What C's logger leads to. It may change; C's own pointer may not.
static LOG: RwLock<Option<Arc<Log>>> = RwLock::new(None);

thread_local! {
    /// The first failure of the call that runs on this thread.
    static FAILED: Cell<Option<Failure>> = const { Cell::new(None) };
}

/// Sets both functions, before anything else of the library is called.
fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // SAFETY: every way to the library leads through here first, so nothing of it runs yet; the
        // handler returns.
        unsafe { raw::ab_lambert_set_error(Some(failed)) };
        // SAFETY: the same.
        unsafe { raw::ab_lambert_log_texts(logged) };
    });
}

unsafe extern "C" fn failed(reason: *const c_char, file: *const c_char, line: c_int, code: c_int) {
    // SAFETY: C passes texts that end with a zero.
    let [reason, file] = [reason, file].map(|text| unsafe { CStr::from_ptr(text) });
    let [reason, file] = [reason, file].map(|text| text.to_string_lossy().into_owned());
    let code = match code {
        1 => Code::Domain,
        2 => Code::Nan,
        other => Code::Other(other),
    };
    let own = Failure { reason, code, file, line };
    // Not `with`, which panics on a thread whose locals are gone.
    let _ = FAILED.try_with(|failed| failed.set(Some(failed.take().unwrap_or(own))));
}

unsafe extern "C" fn logged(level: c_int, text: *const c_char, length: usize) {
    // SAFETY: the shim passes this many bytes, which stay for this call.
    let text = unsafe { std::slice::from_raw_parts(text.cast::<u8>(), length) };
    let level = match level {
        0 => Level::Debug,
        1 => Level::Warning,
        other => Level::Other(other),
    };
    let log = LOG.read().unwrap_or_else(PoisonError::into_inner).clone();
    // Called, and dropped, without the lock: it may set another one.
    let call = || {
        if let Some(log) = log {
            log(level, &String::from_utf8_lossy(text));
        }
    };
    if let Err(payload) = catch_unwind(AssertUnwindSafe(call)) {
        discard(payload);
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

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Mutex, MutexGuard};

    /// There is one logger: tests that set it take turns.
    fn turn() -> MutexGuard<'static, ()> {
        static TURNS: Mutex<()> = Mutex::new(());
        TURNS.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn code(x: f64) -> Code {
        lambert_w(x).unwrap_err().code
    }

    #[test]
    fn it_is_the_inverse_of_w_exp_w() {
        for x in [0.0, 1e-300, 0.1, 1.0, std::f64::consts::E, 100.0, 1e300, -0.1, -0.3, -0.36] {
            let w = lambert_w(x).unwrap();
            assert!((w * w.exp() - x).abs() <= 1e-12 * x.abs(), "W({x}) = {w}");
        }
        assert_eq!(lambert_w(f64::INFINITY), Ok(f64::INFINITY));
        let largest = lambert_w(f64::MAX).unwrap();
        assert!((largest + largest.ln() - f64::MAX.ln()).abs() < 1e-12);
    }

    #[test]
    fn a_failure_belongs_to_its_call_and_its_thread() {
        let failure = lambert_w(-1.0).unwrap_err();
        assert_eq!((&failure.reason[..], failure.code), ("x is below -1/e", Code::Domain));
        assert_eq!(
            failure.to_string(),
            format!("x is below -1/e (Domain, at error_handlers.c:{})", failure.line)
        );
        assert!(lambert_w(1.0).is_ok(), "the failure is not forgotten");
        let start = std::sync::Barrier::new(2);
        let all = |x: f64, expected: Code| {
            start.wait();
            (0..1000).for_each(|_| assert_eq!(code(x), expected));
        };
        std::thread::scope(|scope| {
            scope.spawn(|| all(f64::NAN, Code::Nan));
            scope.spawn(|| all(f64::NEG_INFINITY, Code::Domain));
        });
    }

    #[test]
    fn the_first_of_several_failures_counts() {
        install();
        for code in [7, 2] {
            // SAFETY: texts with a zero; this test is the library.
            unsafe { failed(c"lost".as_ptr(), c"far.c".as_ptr(), 1, code) };
        }
        assert_eq!(FAILED.take().map(|failure| failure.code), Some(Code::Other(7)));
    }

    #[test]
    fn a_call_in_a_logger_has_a_failure_of_its_own() {
        let _turn = turn();
        let inside = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&inside);
        let here = std::thread::current().id();
        set_log(move |_, text| {
            if std::thread::current().id() != here {
                return;
            }
            if text.starts_with("no value at x = nan") {
                seen.lock().unwrap().push(lambert_w(1e300).is_ok());
            } else if text.starts_with("iteration 1: w = 0.5") {
                seen.lock().unwrap().push(lambert_w(-1.0).is_err());
            }
        });
        assert_eq!(code(f64::NAN), Code::Nan);
        assert!(lambert_w(1.0).is_ok());
        set_log(|_, _| ());
        assert_eq!(*inside.lock().unwrap(), [true, true]);
    }

    #[test]
    fn texts_of_any_length_arrive_whole() {
        let _turn = turn();
        let (x, branch) = (-0.367879, -0.36787944117144233);
        let said = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&said);
        set_log(move |level, text| {
            if text.contains("-0.367879") {
                log.lock().unwrap().push((level, text.to_owned()));
            }
        });
        lambert_w(x).unwrap();
        set_log(|_, _| ());
        // As C prints 17 digits.
        let text = format!(
            "x = {x:.17} is close to the branch point {branch:.17}, where the derivative of W has no bound: \
             about half of the digits of the result are lost"
        );
        assert!(text.len() > 128);
        assert_eq!(*said.lock().unwrap(), [(Level::Warning, text)]);
    }

    #[test]
    fn a_logger_that_panics_or_sets_another_one_harms_nobody() {
        struct Twice;
        impl Drop for Twice {
            fn drop(&mut self) {
                std::panic::resume_unwind(Box::new("again"));
            }
        }
        let _turn = turn();
        // Without the hook, which would print.
        set_log(|_, _| std::panic::resume_unwind(Box::new(Twice)));
        assert!(lambert_w(1.0).is_ok());
        assert_eq!(code(-1.0), Code::Domain);
        set_log(|_, _| set_log(|_, _| ()));
        assert!(lambert_w(1.0).is_ok());
        assert_eq!(lambert_w(1.0), lambert_w(1.0));
    }
}
