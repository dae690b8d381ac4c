//! 11. Status codes: each code of the header is an error with a name, and none can be overlooked.
//!
//! # What goes wrong
//! A C function says by a number that it failed. Nothing makes the caller look: the result stays what it
//! was before the call, and is used. To one who looks, `-3` tells little; the library has a text for it, and
//! a text that comes from C may lack its end or not be UTF-8. Then a new version of the library adds
//! a code, and the `match` that listed all of them takes it for success, or for something else.
//!
//! # The right way
//! The code is turned into a [`Result`] in one place, right behind the call, and the output is read only
//! if it is `Ok`. [`Error`] has one variant for each code, is `non_exhaustive`, and keeps a code that it
//! does not know as [`Error::Unknown`]. A test reads the header and fails when a code is added there
//! and not here.
//!
//! The text is read with a bound: the buffer is ours, so its length is known, whatever C wrote.
//!
//! ```
//! use abreast_patterns::status_codes::{Error, area};
//!
//! assert_eq!(area(&[0.0, 0.0, 3.0], 0.0..2.0, 1e-9)?, 8.0);
//! let error = area(&[1.0], 2.0..0.0, 1e-9).unwrap_err();
//! assert_eq!(error, Error::Reversed);
//! assert_eq!(error.to_string(), "the upper bound is below the lower (-3)");
//! # Ok::<(), Error>(())
//! ```
//!
//! # The wrong way
//! `status_ignored` does not look at the code: the area under a curve above zero is -1, which is what
//! the variable held before. `text_without_end` trusts C with the end of a text and reads on into what
//! lies behind the buffer.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/status_codes/status_codes.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/status_codes/status_codes.c"), "```")]
//! For the tests and a counterexample:
#![doc = concat!("```c\n", include_str!("../csrc/status_codes/wrong.c"), "```")]
#![allow(unsafe_code)]

use std::ffi::c_char;

// Pattern: one list of codes, which makes errors of them and back; texts of the library, bounded.

/// The declarations of `status_codes.h`, and its doubles of `wrong.c`.
#[allow(missing_docs)]
pub mod raw {
    use std::ffi::c_char;

    unsafe extern "C" {
        pub fn ab_quad_text(code: i32, text: *mut c_char, capacity: usize);
        // Example: a function that returns a code.
        pub fn ab_quad(
            n: usize,
            terms: *const f64,
            lower: f64,
            upper: f64,
            tolerance: f64,
            area: *mut f64,
        ) -> i32;
        // Counterexample: of `wrong.c`.
        pub fn ab_quad_text_endless(code: i32, text: *mut c_char, capacity: usize);
        pub fn ab_quad_text_garbled(code: i32, text: *mut c_char, capacity: usize);
    }
}

/// Declares the errors and both directions between them and their codes.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// Why there is no area. Its text is the library's own, with the code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Error {
            $($(#[$doc])* $name,)*
            /// A code that this file does not know: the library is newer.
            Unknown(i32),
        }

        impl Error {
            /// The result that a code stands for.
            pub fn check(code: i32) -> Result<(), Error> {
                match code {
                    0 => Ok(()),
                    $($code => Err(Error::$name),)*
                    code => Err(Error::Unknown(code)),
                }
            }

            /// The code that it came from.
            pub fn code(self) -> i32 {
                match self {
                    $(Error::$name => $code,)*
                    Error::Unknown(code) => code,
                }
            }
        }
    };
}

codes! {
    /// No coefficient.
    NoTerms = -1,
    /// A coefficient or a bound is NaN or infinite.
    NotFinite = -2,
    /// The upper bound is below the lower.
    Reversed = -3,
    /// The tolerance is not above zero.
    Tolerance = -4,
    /// The tolerance was not reached.
    NoConvergence = -5,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // SAFETY: a function of the header.
        let words = unsafe { text_by(raw::ab_quad_text, self.code()) };
        write!(f, "{words} ({})", self.code())
    }
}

impl std::error::Error for Error {}

/// The text that `tell` has for a code. Read up to its end, or that of the buffer, whichever comes
/// first; what is not UTF-8 is replaced.
///
/// # Safety
/// `tell` writes at most `capacity` bytes to `text`, and may be called with any code.
unsafe fn text_by(tell: unsafe extern "C" fn(i32, *mut c_char, usize), code: i32) -> String {
    let mut text = [0u8; 80];
    // SAFETY: the caller's promise; the buffer is as long as told.
    unsafe { tell(code, text.as_mut_ptr().cast(), text.len()) };
    let end = text.iter().position(|&byte| byte == 0).unwrap_or(text.len());
    String::from_utf8_lossy(&text[..end]).into_owned()
}

// Example: a function that returns a code.

use std::ops::Range;

/// The area under `terms[0] + terms[1] x + terms[2] x² + ..` over the range.
///
/// # Errors
/// As the library says. No case is decided here.
pub fn area(terms: &[f64], over: Range<f64>, tolerance: f64) -> Result<f64, Error> {
    let mut area = f64::NAN;
    // SAFETY: pointer and length are those of a slice, the result is a variable of ours; numbers of
    // every kind are checked by the library.
    let code = unsafe {
        raw::ab_quad(terms.len(), terms.as_ptr(), over.start, over.end, tolerance, &mut area)
    };
    Error::check(code).map(|()| area)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// `NO_TERMS` and -1, .. as the header has them.
    fn codes_of_the_header() -> BTreeMap<i32, String> {
        let header = include_str!("../csrc/status_codes/status_codes.h");
        let entries = header.lines().filter_map(|line| {
            let (name, value) = line.trim().strip_prefix("AB_QUAD_")?.split_once(" = ")?;
            let digits = value.split([',', ' ']).next()?;
            Some((digits.parse().expect("a number"), name.to_owned()))
        });
        let codes: Vec<(i32, String)> = entries.collect();
        let distinct: BTreeMap<i32, String> = codes.iter().cloned().collect();
        assert_eq!(codes.len(), distinct.len(), "two names for one code");
        distinct
    }

    #[test]
    fn every_code_of_the_header_has_its_variant() {
        let codes = codes_of_the_header();
        assert_eq!(codes.len(), 6, "{codes:?}");
        for code in -200..200 {
            let named = match Error::check(code) {
                Ok(()) => Some("OK".to_owned()),
                Err(Error::Unknown(kept)) => {
                    assert_eq!(kept, code);
                    None
                }
                Err(error) => {
                    assert_eq!(error.code(), code);
                    Some(format!("{error:?}").to_uppercase())
                }
            };
            let in_header = codes.get(&code).map(|name| name.replace('_', ""));
            assert_eq!(named, in_header, "code {code}");
        }
        for extreme in [i32::MIN, i32::MAX] {
            assert_eq!(Error::check(extreme), Err(Error::Unknown(extreme)));
        }
    }

    #[test]
    fn every_refusal_comes_as_its_error() {
        let cubic = [1.0, -2.0, 0.0, 4.0];
        assert_eq!(area(&cubic, 0.0..1.0, 1e-9), Ok(1.0));
        assert_eq!(area(&cubic, 1.0..1.0, 1e-9), Ok(0.0));
        assert_eq!(area(&[], 0.0..1.0, 1e-9), Err(Error::NoTerms));
        assert_eq!(area(&[f64::NAN], 0.0..1.0, 1e-9), Err(Error::NotFinite));
        assert_eq!(area(&cubic, 0.0..f64::INFINITY, 1e-9), Err(Error::NotFinite));
        assert_eq!(area(&cubic, 1.0..0.0, 1e-9), Err(Error::Reversed));
        for tolerance in [0.0, -1.0, f64::NAN] {
            assert_eq!(area(&cubic, 0.0..1.0, tolerance), Err(Error::Tolerance));
        }
        let mut steep = [0.0; 40];
        steep[39] = 1e300;
        assert_eq!(area(&steep, 0.0..1.0, 1e-9), Err(Error::NoConvergence));
    }

    #[test]
    fn every_error_has_a_text_of_its_own() {
        let texts: Vec<String> =
            (-5..0).map(|code| Error::check(code).unwrap_err().to_string()).collect();
        for (i, text) in texts.iter().enumerate() {
            assert!(!text.contains("no code"), "{text}");
            assert!(!texts[..i].contains(text), "{text}");
        }
        assert_eq!(Error::Unknown(-77).to_string(), "no code of this library (-77)");
    }

    #[test]
    fn a_text_without_end_and_one_that_is_no_utf8_are_read_all_the_same() {
        // SAFETY: both write no more than told.
        let endless = unsafe { text_by(raw::ab_quad_text_endless, -1) };
        assert_eq!(endless, "e".repeat(80));
        // SAFETY: as above.
        let garbled = unsafe { text_by(raw::ab_quad_text_garbled, -1) };
        assert_eq!(garbled, "Knoten au\u{FFFD}erhalb");
    }
}
