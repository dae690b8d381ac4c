//! 30. One body, many levels: AVX2 where there is AVX2, and nowhere else.
//!
//! # What goes wrong
//! One file is compiled with `-mavx2`, another without, and a run-time check chooses. But both include
//! a header with an inline function. Each file has its own copy, compiled its own way; the linker takes
//! them for the same thing and keeps one. If it is the one with AVX2, the baseline calls it, and an older
//! CPU dies of SIGILL, in code that nobody compiled for it. It depends on the order of files.
//!
//! # The right way
//! No flags per file. The body is always inlined, so there is no copy of it to choose, and
//! `__attribute__((target))` on each function that it is inlined into says for which CPU. [`Level`] can
//! be had for what the CPU has only, and [`sum_of_squares`] takes nothing else. Fixed lanes make the
//! same bits at every level.
//!
//! ```
//! use abreast_patterns::levels::{Level, sum_of_squares};
//!
//! let x: Vec<f64> = (0..1001).map(|i| 1.0 / (i as f64 + 1.0)).collect();
//! let base = sum_of_squares(Level::BASELINE, &x);
//! assert_eq!(sum_of_squares(Level::best(), &x).to_bits(), base.to_bits());
//! ```
//!
//! # The wrong way
//! `linker_keeps_one` asks two files, compiled for different levels, what the inline helper in each was
//! compiled for. Both say the same.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/levels/levels.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/levels/levels.c"), "```")]
//! And the counterexample, in three files:
#![doc = concat!("```cpp\n", include_str!("../csrc/levels/wrong.hpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/levels/wrong_baseline.cpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/levels/wrong_wide.cpp"), "```")]
#![allow(unsafe_code)]

// Pattern: a level that this CPU has, as a type.

/// The declarations of `levels.h`, and of the counterexample.
#[allow(missing_docs)]
pub mod raw {
    unsafe extern "C" {
        // Safe: looks at the CPU, and takes nothing.
        pub safe fn ab_levels_best() -> i32;
        pub fn ab_levels_squares(level: i32, n: usize, x: *const f64) -> f64;
        // Counterexample: of the two `wrong` files.
        // Safe: say a number, and take nothing: wrong, but no more.
        pub safe fn ab_levels_wrong_baseline() -> i32;
        pub safe fn ab_levels_wrong_wide() -> i32;
    }
}

/// A level that this CPU has: there is no other way to get one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(i32);

/// A level that this CPU does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("level = {level}: must be 0 to {best} on this CPU")]
pub struct NotHere {
    /// The one that was asked for.
    pub level: i32,
    /// The highest one here.
    pub best: i32,
}

impl Level {
    /// What every CPU of the architecture has.
    pub const BASELINE: Level = Level(0);

    /// The highest one of this CPU.
    pub fn best() -> Level {
        Level(raw::ab_levels_best())
    }

    /// All of this CPU.
    pub fn available() -> impl Iterator<Item = Level> {
        (0..=Level::best().0).map(Level)
    }
}

impl TryFrom<i32> for Level {
    type Error = NotHere;

    fn try_from(level: i32) -> Result<Level, NotHere> {
        let best = raw::ab_levels_best();
        if (0..=best).contains(&level) { Ok(Level(level)) } else { Err(NotHere { level, best }) }
    }
}

/// The sum of the squares.
pub fn sum_of_squares(level: Level, x: &[f64]) -> f64 {
    // SAFETY: pointer and length are those of a slice; the CPU has the level, or there would be no
    // `Level`.
    unsafe { raw::ab_levels_squares(level.0, x.len(), x.as_ptr()) }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_gives_the_same_bits() {
        for n in 0..70 {
            let x: Vec<f64> = (0..n).map(|i| (i as f64 + 0.1).sin()).collect();
            let base = sum_of_squares(Level::BASELINE, &x);
            let right: f64 = x.iter().map(|x| x * x).sum();
            assert!((base - right).abs() <= 1e-13 * right, "n = {n}: {base}");
            for level in Level::available() {
                assert_eq!(sum_of_squares(level, &x).to_bits(), base.to_bits(), "{level:?}, {n}");
            }
        }
    }

    #[test]
    fn a_level_that_is_not_here_cannot_be_had() {
        let best = Level::best().0;
        for level in [-1, best + 1, i32::MAX] {
            assert_eq!(Level::try_from(level), Err(NotHere { level, best }));
        }
        assert_eq!(Level::try_from(best), Ok(Level::best()));
        #[cfg(target_arch = "x86_64")]
        assert_eq!(best, i32::from(std::is_x86_feature_detected!("avx2")));
    }
}
