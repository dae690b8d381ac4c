//! 29. Inline shim: `static inline`, macros and variadics get a real function each.
//!
//! # What goes wrong
//! A header-only library exports nothing. Its inline functions end in "undefined symbol", so people
//! write them again in Rust, with last year's constants. Its variadic function does link, and takes
//! whatever it is given: an `i64` where the format says `%d` prints another number.
//!
//! # The right way
//! One C file of the binding includes the header, and has one ordinary function for each thing that is
//! none: the compiler that knows the header keeps them in step. A variadic gets one function per
//! use, where the format and the types of its arguments stand side by side. What that costs is a call
//! that the optimiser cannot see into, unless both languages are linked by one (see
//! the page on cross-language ThinLTO).
//!
//! For static functions bindgen writes such a file itself (`wrap_static_fns`: `twice__extern` calls `twice`, and is
//! declared as `twice`); it has to be compiled and linked like this one. Macros with arguments and variadics are
//! left out without a word.
//!
//! ```
//! use abreast_patterns::inline_shim::{clamp, label, label_turns, turn, wrap};
//!
//! assert_eq!(turn(), std::f64::consts::TAU);
//! assert!((wrap(turn() + 0.25) - 0.25).abs() < 1e-12);
//! assert_eq!(clamp(7.0, -1.0, 1.0)?, 1.0);
//! assert_eq!(label(0.5), "angle: 0.500");
//! assert_eq!(label_turns(1 << 40), "angle: 1099511627776 turns");
//! # Ok::<(), abreast_patterns::inline_shim::Limits>(())
//! ```
//!
//! # The wrong way
//! `variadic_by_hand` hands a 64-bit number to `%d`: 4294967303 turns are printed as 7.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/inline_shim/angles.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/inline_shim/inline_shim.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/inline_shim/inline_shim.c"), "```")]
#![allow(unsafe_code)]

use std::ffi::c_char;

// Pattern: functions of C for what has no symbol.

/// The declarations of `inline_shim.h`.
#[allow(missing_docs)]
pub mod raw {
    use std::ffi::c_char;

    unsafe extern "C" {
        // Safe: functions of numbers, NaN and limits out of order among them.
        pub safe fn ab_angles_wrap(x: f64) -> f64;
        pub safe fn ab_angles_clamp(x: f64, low: f64, high: f64) -> f64;
        pub safe fn ab_angles_turn() -> f64;
        pub fn ab_angles_label(text: *mut c_char, room: usize, x: f64) -> i32;
        pub fn ab_angles_label_turns(text: *mut c_char, room: usize, turns: i64) -> i32;
        // Counterexample: the variadic function.
        pub fn ab_angles_label_any(
            text: *mut c_char,
            room: usize,
            format: *const c_char,
            ...
        ) -> std::ffi::c_int;
    }
}

/// Limits that are none.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("low = {low}: must be at most high = {high}")]
pub struct Limits {
    /// The lower one.
    pub low: f64,
    /// The upper one.
    pub high: f64,
}

/// The angle in [-pi, pi] that differs by whole turns, as near as the rounding of `x` allows: far out, where
/// numbers lie more than a turn apart, it means nothing.
pub fn wrap(x: f64) -> f64 {
    raw::ab_angles_wrap(x)
}

/// A whole turn, as the header has it.
pub fn turn() -> f64 {
    raw::ab_angles_turn()
}

/// `x`, or the limit that it is beyond.
///
/// # Errors
/// [`Limits`] that are not in order, or not numbers.
pub fn clamp(x: f64, low: f64, high: f64) -> Result<f64, Limits> {
    // Written so that NaN fails.
    if low <= high { Ok(raw::ab_angles_clamp(x, low, high)) } else { Err(Limits { low, high }) }
}

/// The label of an angle.
pub fn label(x: f64) -> String {
    // SAFETY: `text` has room for as many bytes as it is asked for.
    told(|text, room| unsafe { raw::ab_angles_label(text, room, x) })
}

/// The label of so many turns.
pub fn label_turns(turns: i64) -> String {
    // SAFETY: as above.
    told(|text, room| unsafe { raw::ab_angles_label_turns(text, room, turns) })
}

/// What C writes. Cut where C says that it wrote more than there was room for.
fn told(write: impl FnOnce(*mut c_char, usize) -> i32) -> String {
    let mut text = [0_u8; 80];
    let needs = write(text.as_mut_ptr().cast(), text.len());
    let there = usize::try_from(needs).unwrap_or(0).min(text.len() - 1);
    String::from_utf8_lossy(&text[..there]).into_owned()
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shim_is_the_header() {
        let header = include_str!("../csrc/inline_shim/angles.h");
        assert!(header.contains(&format!("#define ANGLES_TURN {}\n", turn())));
        for x in [-1e6, -4.0, -0.1, 0.0, 3.0, 3.2, 1e9] {
            let rust = x - turn() * (x / turn()).round_ties_even();
            assert_eq!(wrap(x).to_bits(), rust.to_bits(), "{x}");
        }
        assert!(wrap(f64::INFINITY).is_nan());
        assert_eq!([-2.0, 0.5, 2.0].map(|x| clamp(x, -1.0, 1.0)), [Ok(-1.0), Ok(0.5), Ok(1.0)]);
        assert!(clamp(f64::NAN, 0.0, 1.0).unwrap().is_nan());
    }

    #[test]
    fn limits_out_of_order_are_refused() {
        assert_eq!(clamp(0.0, 2.0, 1.0), Err(Limits { low: 2.0, high: 1.0 }));
        assert!(clamp(0.0, f64::NAN, 1.0).is_err());
    }

    #[test]
    fn a_text_is_never_longer_than_what_was_written() {
        assert_eq!(label_turns(i64::MIN), "angle: -9223372036854775808 turns");
        // The rest of the text: 63 bytes at most, as the header has it.
        assert_eq!(label(f64::MAX).len(), "angle: ".len() + 63);
        assert_eq!(told(|_, _| i32::MAX).len(), 79);
        assert_eq!(told(|_, _| -1), "");
    }
}
