//! 13. Exception firewall: whatever C++ throws becomes a code and a text before it reaches Rust.
//!
//! # What goes wrong
//! A C++ exception that reaches a function of Rust ends the process, and `catch_unwind` does not help:
//! "Rust cannot catch foreign exceptions, aborting". Declared `extern "C"` and optimised, not even the
//! destructors on the way are run: temporary files stay, locks in shared memory stay taken. And a `catch` for
//! `std::exception` is not enough: C++ lets a library throw a number, an exception may have a null
//! `what()`, and its text may be as long as it likes.
//!
//! # The right way
//! Every exported function is `noexcept` and does its work in `ab::firewall::run`, whose last handler is
//! `catch (...)`. One function, compiled once, turns the exception at hand into a code. The text goes to
//! a buffer that the caller owns, so nobody has to free it and none is allocated (there may be no
//! memory: that is one of the errors). It is cut where a character begins. In Rust it is an [`Error`]
//! with a [`Kind`] to match on.
//!
//! With cxx a function that returns `Result` has a firewall already, but it lets everything but
//! `std::exception` through, that is, to `std::terminate`. `trycatch.hpp` replaces it by the one above:
//! [`rehearse_through_cxx`]. Without it a bridge has a condition that only its author can know, "throws nothing else,
//! and nothing without a text", and the function is declared `unsafe fn` in the bridge: a plain `fn` there is one that
//! safe code may call with anything. [`by_default::rehearse_by_default`] reads through null for one number.
//!
//! ```compile_fail,E0133
//! use abreast_patterns::exception_firewall::by_default::rehearse_by_default;
//! assert!(rehearse_by_default(0).is_ok());
//! ```
//! ```
//! use abreast_patterns::exception_firewall::by_default::rehearse_by_default;
//! // SAFETY: 0 throws nothing.
//! assert!(unsafe { rehearse_by_default(0) }.is_ok());
//! ```
//!
//! What no firewall stops is a destructor that throws where C++ expects none to: then C++ itself ends the
//! process, before anybody could catch. Destructors are `noexcept` unless they say otherwise.
//!
//! ```
//! use abreast_patterns::exception_firewall::{Kind, solve};
//!
//! let mut x = [3.0, 5.0];
//! solve(&[2.0, 0.0, 0.0, 10.0], &mut x)?;
//! assert_eq!(x, [1.5, 0.5]);
//!
//! let error = solve(&[1.0, 2.0, 2.0, 4.0], &mut x).unwrap_err();
//! assert_eq!((error.kind, error.text.as_str()), (Kind::Other, "singular: no pivot in column 1"));
//! assert_eq!(x, [1.5, 0.5], "as it was");
//! # Ok::<(), abreast_patterns::exception_firewall::Error>(())
//! ```
//!
//! # The wrong way
//! `thrown_through_c` calls a C++ function that throws through `extern "C"`: abort, although inside
//! `catch_unwind`. `cxx_meets_a_number` calls
//! [`by_default`], cxx without `trycatch.hpp`: `throw 7` ends in `std::terminate`.
//! `cxx_meets_a_null_what` dies reading the text that is not there. `destructor_throws_inside` shows the
//! limit: it goes through the firewall, and aborts.
//!
//! # The foreign side
#![doc = concat!("```cpp\n", include_str!("../csrc/exception_firewall/firewall.hpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/exception_firewall/exception_firewall.hpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/exception_firewall/exception_firewall.cpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/exception_firewall/trycatch.hpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/exception_firewall/rehearsal.hpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/exception_firewall/rehearsal.cpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/exception_firewall/wrong.hpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/exception_firewall/wrong.cpp"), "```")]
#![allow(unsafe_code)]

use std::ffi::CStr;

// Pattern: what C++ throws, as an error, through functions of C or through a bridge of cxx.

/// The declarations of `exception_firewall.hpp`, and the one of `wrong.hpp`.
#[allow(missing_docs)]
pub mod raw {
    use std::ffi::c_char;

    unsafe extern "C" {
        pub fn ab_gauss_solve(
            n: usize,
            a: *const f64,
            x: *mut f64,
            text: *mut c_char,
            capacity: usize,
        ) -> i32;
        // Example: whatever C++ can throw.
        pub fn ab_gauss_rehearse(what: i32, text: *mut c_char, capacity: usize) -> i32;
        // Safe: an atomic counter.
        pub safe fn ab_gauss_parts_live() -> i64;
        // Counterexample: of `wrong.hpp`.
        pub fn ab_gauss_unguarded(what: i32);
    }
}

/// What C++ threw.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?}: {text}")]
pub struct Error {
    /// The sort of exception.
    pub kind: Kind,
    /// Its `what()`, cut after 255 bytes; what is not UTF-8 is replaced.
    pub text: String,
}

/// The sorts of exceptions that are worth telling apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// `std::bad_alloc`.
    NoMemory,
    /// `std::invalid_argument`.
    InvalidArgument,
    /// `std::out_of_range`.
    OutOfRange,
    /// Another `std::exception`.
    Other,
    /// Something that is no `std::exception`.
    NotAnException,
    /// A code that this file does not know: the library is newer.
    Unknown(i32),
    /// Not thrown: the sizes of the slices, which only Rust knows, do not fit.
    Shape,
}

impl Kind {
    fn of(code: i32) -> Kind {
        match code {
            -1 => Kind::NoMemory,
            -2 => Kind::InvalidArgument,
            -3 => Kind::OutOfRange,
            -4 => Kind::Other,
            -5 => Kind::NotAnException,
            code => Kind::Unknown(code),
        }
    }
}

/// What a bridge with `trycatch.hpp` makes of an exception: the code, a space and the text.
impl From<cxx::Exception> for Error {
    fn from(error: cxx::Exception) -> Error {
        let (code, text) = error.what().split_once(' ').unwrap_or_default();
        let kind = code.parse().map_or(Kind::Other, Kind::of);
        Error { kind, text: text.to_owned() }
    }
}

/// Calls a function of the library with a buffer for the reason, and makes an error of its code.
fn checked(call: impl FnOnce(&mut [u8; 256]) -> i32) -> Result<(), Error> {
    let mut text = [0; 256];
    match call(&mut text) {
        0 => Ok(()),
        code => {
            // The library promises the end; the array has one whatever it does.
            text[255] = 0;
            let text = CStr::from_bytes_until_nul(&text).unwrap_or_default();
            Err(Error { kind: Kind::of(code), text: text.to_string_lossy().into_owned() })
        }
    }
}

/// Solves `a x = b` for the square matrix `a`, row major: `x` is b before and the solution after.
///
/// # Errors
/// [`Kind::Shape`] unless `a` has as many numbers as `x` squared; [`Kind::InvalidArgument`] for a number
/// that is not finite; [`Kind::Other`] for a singular matrix; [`Kind::NoMemory`]. `x` is as it was.
pub fn solve(a: &[f64], x: &mut [f64]) -> Result<(), Error> {
    let n = x.len();
    if n.checked_mul(n) != Some(a.len()) {
        let text = format!("a has {} numbers, not {n} * {n}", a.len());
        return Err(Error { kind: Kind::Shape, text });
    }
    checked(|text| {
        // SAFETY: a has n * n numbers and x n, as just checked; they do not overlap, one being a
        // mutable slice; the text is ours and as long as told.
        unsafe {
            raw::ab_gauss_solve(n, a.as_ptr(), x.as_mut_ptr(), text.as_mut_ptr().cast(), text.len())
        }
    })
}

// Example: whatever C++ can throw.

#[cxx::bridge(namespace = "ab::firewall")]
mod bridge {
    unsafe extern "C++" {
        include!("exception_firewall/trycatch.hpp");
        include!("exception_firewall/rehearsal.hpp");

        // Safe: takes any number, and the firewall catches whatever is thrown.
        fn rehearse(what: i32) -> Result<()>;
    }
}

/// Lets C++ throw what `what` stands for in `rehearsal.cpp`; 0 throws nothing, and 11 is what no firewall stops: C++
/// ends the process.
///
/// # Errors
/// What was thrown.
pub fn rehearse(what: i32) -> Result<(), Error> {
    checked(|text| {
        // SAFETY: any number will do; the text is ours and as long as told.
        unsafe { raw::ab_gauss_rehearse(what, text.as_mut_ptr().cast(), text.len()) }
    })
}

/// The same through a bridge of cxx with `trycatch.hpp`.
///
/// # Errors
/// What was thrown.
pub fn rehearse_through_cxx(what: i32) -> Result<(), Error> {
    Ok(bridge::rehearse(what)?)
}

// Counterexample: a bridge without `trycatch.hpp`.

pub mod by_default;

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;

    type Door = fn(i32) -> Result<(), Error>;
    const DOORS: [Door; 2] = [rehearse, rehearse_through_cxx];

    #[test]
    fn every_way_to_throw_arrives_as_its_kind_with_its_text() {
        for door in DOORS {
            assert_eq!(door(0), Ok(()));
            let thrown = |what| door(what).map_err(|e| (e.kind, e.text)).unwrap_err();
            assert_eq!(thrown(1).0, Kind::NoMemory);
            assert_eq!(thrown(2), (Kind::InvalidArgument, "the step is negative".into()));
            assert_eq!(thrown(3).0, Kind::OutOfRange);
            assert_eq!(thrown(4), (Kind::Other, "did not converge".into()));
            let seven = "something that is no std::exception";
            assert_eq!(thrown(5), (Kind::NotAnException, seven.into()));
        }
    }

    #[test]
    fn a_constructor_that_throws_leaves_nothing_and_a_destructor_may_throw_if_it_says_so() {
        for door in DOORS {
            let before = raw::ab_gauss_parts_live();
            let refused = door(8).map_err(|e| (e.kind, e.text)).unwrap_err();
            assert_eq!(refused, (Kind::OutOfRange, "the third part does not fit".into()));
            assert_eq!(raw::ab_gauss_parts_live(), before, "the first two were taken down");
            let refused = door(9).map_err(|e| (e.kind, e.text)).unwrap_err();
            assert_eq!(refused, (Kind::Other, "could not be closed".into()));
        }
    }

    #[test]
    fn a_text_that_is_no_utf8_is_replaced_where_it_is_not() {
        for door in DOORS {
            assert_eq!(door(10).unwrap_err().text, "Knoten au\u{FFFD}erhalb");
        }
    }

    #[test]
    fn a_null_what_is_an_empty_text() {
        for door in DOORS {
            assert_eq!(door(6), Err(Error { kind: Kind::Other, text: String::new() }));
        }
    }

    #[test]
    fn a_long_text_is_cut_where_a_character_begins() {
        for door in DOORS {
            // 255 bytes fit: one, and 127 characters of two bytes.
            assert_eq!(door(7).unwrap_err().text, format!("!{}", "é".repeat(127)));
        }
        for (capacity, kept) in [(1, ""), (2, "!"), (3, "!"), (4, "!é"), (5, "!é")] {
            let mut text = [0xFFu8; 8];
            // SAFETY: the text has more than `capacity` bytes.
            let code = unsafe { raw::ab_gauss_rehearse(7, text.as_mut_ptr().cast(), capacity) };
            assert_eq!(code, -4);
            let said = CStr::from_bytes_until_nul(&text).unwrap();
            assert_eq!(said.to_str(), Ok(kept), "{capacity} bytes");
            assert!(text[capacity..].iter().all(|&byte| byte == 0xFF), "beyond {capacity}");
        }
        // SAFETY: null is fine without capacity.
        let code = unsafe { raw::ab_gauss_rehearse(4, std::ptr::null_mut(), 0) };
        assert_eq!(code, -4);
    }

    #[test]
    fn a_system_is_solved_or_its_right_side_untouched() {
        let mut x = [9.0, 1.0, 7.0];
        let a = [0.0, 4.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 2.0];
        solve(&a, &mut x).unwrap();
        for (row, b) in a.chunks(3).zip([9.0, 1.0, 7.0]) {
            let found: f64 = row.iter().zip(&x).map(|(a, x)| a * x).sum();
            assert!((found - b).abs() < 1e-14, "{x:?}");
        }
        let mut b = [1.0, 2.0];
        let kind = |a: &[f64], b: &mut [f64]| solve(a, b).map_err(|e| e.kind).unwrap_err();
        assert_eq!(kind(&[1.0, 1.0, f64::NAN, 1.0], &mut b), Kind::InvalidArgument);
        assert_eq!(kind(&[1.0, 1.0, 1.0, 1.0], &mut b), Kind::Other);
        assert_eq!(kind(&[1.0, 1.0, 1.0], &mut b), Kind::Shape);
        assert_eq!(b, [1.0, 2.0]);
        assert_eq!(solve(&[], &mut []), Ok(()));
    }

    /// One that forgets the word would let the next exception through.
    #[test]
    fn every_exported_function_is_noexcept() {
        let header = include_str!("../csrc/exception_firewall/exception_firewall.hpp");
        let (_, exported) = header.split_once("extern \"C\" {").unwrap();
        let declarations: Vec<&str> = exported.split(';').filter(|d| d.contains("ab_")).collect();
        assert_eq!(declarations.len(), 3);
        for declaration in declarations {
            assert!(declaration.ends_with(") noexcept"), "{declaration}");
        }
    }
}
