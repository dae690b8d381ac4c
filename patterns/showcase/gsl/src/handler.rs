//! GSL's error handler, one for the process, whose notes become the `Err` of the call that failed.
#![allow(unsafe_code)]

use crate::error::{Error, Failure};
use ab_gsl_sys as raw;
use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int};
use std::ptr::NonNull;
use std::sync::OnceLock;

thread_local! {
    // Page `error_handlers`: GSL calls its handler on the thread that has failed, and does not say whose call it was.
    /// The first failure of the call that runs on this thread.
    static NOTED: Cell<Option<Failure>> = const { Cell::new(None) };
}

/// Makes a call ready: to be asked before anything of GSL is called.
///
/// # Errors
/// [`Error::Version`].
pub(crate) fn install() -> Result<(), Error> {
    static INSTALLED: OnceLock<Result<(), Error>> = OnceLock::new();
    let once = || {
        // Page `linked_library`: the version at run time, before anything else.
        // SAFETY: a text of the library that ends with a zero and never changes.
        let version = unsafe { CStr::from_ptr(raw::gsl_version) }.to_string_lossy();
        if !will_do(&version, BUILT) {
            return Err(Error::Version { found: version.into_owned(), built: BUILT });
        }
        // Page `error_handlers`: set once, before the first call that can fail, and never put back.
        // SAFETY: the handler returns and does not unwind.
        unsafe { raw::gsl_set_error_handler(Some(note)) };
        Ok(())
    };
    INSTALLED.get_or_init(once).clone()
}

/// Of the header and library that this was built with.
const BUILT: &str = env!("AB_GSL_BUILT");

/// Whether a library of version `found` has all that one of version `built` has. Later digits are corrections.
fn will_do(found: &str, built: &str) -> bool {
    match (numbers(found), numbers(built)) {
        (Some(found), Some(built)) => found.0 == built.0 && found.1 >= built.1,
        _ => false,
    }
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let (major, rest) = version.split_once('.')?;
    let minor = rest.split('.').next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Runs a call that returns a status.
///
/// # Errors
/// Unless the status is 0.
pub(crate) fn status(call: impl FnOnce() -> c_int) -> Result<(), Failure> {
    let (status, noted) = watched(call);
    if status == raw::GSL_SUCCESS {
        return Ok(());
    }
    // The status decides; the note has the words.
    Err(noted.unwrap_or_else(|| general(status)))
}

/// Runs a call that returns a new object, or null.
///
/// # Errors
/// For null.
pub(crate) fn object<T>(call: impl FnOnce() -> *mut T) -> Result<NonNull<T>, Failure> {
    let (object, noted) = watched(call);
    NonNull::new(object).ok_or_else(|| noted.unwrap_or_else(|| general(raw::GSL_ENOMEM)))
}

/// Runs a call, and says what was noted meanwhile.
fn watched<T>(call: impl FnOnce() -> T) -> (T, Option<Failure>) {
    // Page `error_handlers`: a closure that GSL calls may call GSL; what its caller has noted is put back.
    let outer = NOTED.take();
    let result = call();
    (result, NOTED.replace(outer))
}

/// What GSL says of a code when nobody has noted more.
fn general(code: c_int) -> Failure {
    // SAFETY: any number will do.
    let text = unsafe { raw::gsl_strerror(code) };
    Failure { code: code.into(), reason: owned(text) }
}

/// What GSL calls.
unsafe extern "C" fn note(reason: *const c_char, _: *const c_char, _: c_int, code: c_int) {
    let failure = Failure { code: code.into(), reason: owned(reason) };
    // Not `with`, which panics on a thread whose locals are gone. The first one counts: later ones follow from it.
    let _ = NOTED.try_with(|noted| noted.set(Some(noted.take().unwrap_or(failure))));
}

/// Page `strings`: C's text is copied at once, and need not be UTF-8.
fn owned(text: *const c_char) -> String {
    // SAFETY: GSL passes texts that end with a zero and live for the call.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    fn fail(reason: &CStr, code: c_int) -> c_int {
        // SAFETY: texts that end with a zero.
        unsafe { raw::gsl_error(reason.as_ptr(), c"here.c".as_ptr(), 1, code) };
        code
    }

    #[test]
    fn versions_that_lack_something_are_refused() {
        for (found, expected) in [
            ("2.7.1", true),
            ("2.7", true),
            ("2.10", true),
            ("2.6.9", false),
            ("1.16", false),
            ("3.7", false),
            ("2", false),
            ("2.x", false),
            ("", false),
        ] {
            assert_eq!(will_do(found, "2.7.1"), expected, "{found}");
        }
        assert!(will_do(BUILT, BUILT), "{BUILT}");
    }

    #[test]
    fn the_first_failure_of_a_call_is_its_error() {
        install().unwrap();
        let failure = status(|| {
            fail(c"lost", raw::GSL_ESING);
            fail(c"because of that", raw::GSL_EFAILED)
        });
        assert_eq!(failure, Err(Failure { code: Code::Singular, reason: "lost".into() }));
        assert_eq!(status(|| raw::GSL_SUCCESS), Ok(()), "the failure is forgotten");
    }

    #[test]
    fn a_call_within_a_call_has_a_failure_of_its_own() {
        install().unwrap();
        let failure = status(|| {
            fail(c"outer", raw::GSL_EDIVERGE);
            let inner = status(|| fail(c"inner", raw::GSL_EROUND)).unwrap_err();
            assert_eq!(inner.reason, "inner");
            raw::GSL_EFAILED
        });
        assert_eq!(failure.unwrap_err().reason, "outer");
    }

    #[test]
    fn without_a_note_there_are_the_words_of_the_code() {
        install().unwrap();
        let failure = status(|| raw::GSL_EBADTOL).unwrap_err();
        assert_eq!(failure.code, Code::BadTolerance);
        // Versions of GSL word it differently.
        assert!(failure.reason.contains("tolerance"), "{failure}");
        assert_eq!(failure.to_string(), format!("GSL: {} (BadTolerance)", failure.reason));
        assert_eq!(status(|| 99).unwrap_err().code, Code::Other(99));
        let null = object(std::ptr::null_mut::<u8>).unwrap_err();
        assert_eq!(null.code, Code::NoMemory);
    }
}
