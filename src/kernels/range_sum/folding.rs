//! What becomes of the loop without the devices that keep it one: an optimiser may replace it by the
//! formula, and then a thousand times more numbers take no more time. Some compilers do, some do not.
//!
//! `cargo run --release --example folding` prints [`folds`] for the compilers of this build.

use super::{RangeSum, c, cpp};
use crate::Error;
use std::hint::black_box;
use std::time::Instant;

/// The sum of the integers from 0 to `n - 1` by its closed form, `n (n - 1) / 2`.
///
/// # Errors
/// [`Error::Argument`] as [`range_sum`](super::range_sum()).
///
/// ```
/// assert_eq!(abreast::range_sum_formula(1_000_000_000)?, 499_999_999_500_000_000);
/// # Ok::<(), abreast::Error>(())
/// ```
pub fn range_sum_formula(n: i64) -> Result<i64, Error> {
    RangeSum::check("n", n)?;
    Ok(formula(n) as i64)
}

/// The closed form in 128 bits, where nothing overflows.
pub(super) fn formula(n: i64) -> i128 {
    i128::from(n) * (i128::from(n) - 1) / 2
}

/// The sum of the integers from 0 to `n - 1` by a plain Rust loop, which LLVM replaces by the formula:
/// fast, but not a measurement of additions.
///
/// # Errors
/// [`Error::Argument`] as [`range_sum`](super::range_sum()).
///
/// ```
/// assert_eq!(abreast::range_sum_folded(4_294_967_296)?, 9_223_372_034_707_292_160);
/// # Ok::<(), abreast::Error>(())
/// ```
pub fn range_sum_folded(n: i64) -> Result<i64, Error> {
    RangeSum::check("n", n)?;
    Ok(rust(n))
}

fn rust(n: i64) -> i64 {
    // The check above is the overflow check; one per addition would keep the loop a loop.
    (0..n).fold(0, |sum: i64, i| sum.wrapping_add(i))
}

/// How the time of one function grows with `n`.
#[derive(Debug, Clone)]
pub struct Growth {
    /// The function's language or name.
    pub name: String,
    /// The compiler that compiled it.
    pub compiler: &'static str,
    /// Nanoseconds of one call for each of [`Growth::SIZES`].
    pub nanoseconds: [f64; 2],
}

impl Growth {
    /// The two sizes that are timed: a loop takes a thousand times longer for the second.
    pub const SIZES: [i64; 2] = [1_000_000, 1_000_000_000];

    /// Times `f` at both sizes. A loop takes part of a second.
    pub fn measure(name: &str, compiler: &'static str, f: impl Fn(i64) -> i64) -> Growth {
        let nanoseconds = Self::SIZES.map(|n| nanoseconds(&f, n));
        Growth { name: name.to_owned(), compiler, nanoseconds }
    }

    /// Whether the time hardly depends on `n`: more like once than like a thousand times as long, which
    /// on a scale of ratios meet at the square root of a thousand.
    pub fn folded(&self) -> bool {
        let [small, large] = self.nanoseconds;
        large / small < 1000f64.sqrt()
    }
}

/// Time of one call, the best of three batches that each last long enough for the clock.
fn nanoseconds(f: impl Fn(i64) -> i64, n: i64) -> f64 {
    let batch = |calls: u32| {
        let clock = Instant::now();
        for _ in 0..calls {
            black_box(f(black_box(n)));
        }
        clock.elapsed().as_nanos() as f64
    };
    let mut calls = 1;
    while batch(calls) < 1e6 {
        calls *= 4;
    }
    (0..3).map(|_| batch(calls) / f64::from(calls)).fold(f64::INFINITY, f64::min)
}

/// The same loop, free to be folded, in C, C++ and Rust: which compilers of this build fold it.
///
/// Takes a second or two when some do not. In a build without optimisation none does.
pub fn folds() -> [Growth; 3] {
    [
        Growth::measure("C", env!("ABREAST_CC"), c::folded),
        Growth::measure("C++", env!("ABREAST_CXX"), cpp::folded),
        Growth::measure("Rust", env!("ABREAST_RUSTC"), rust),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_free_loops_and_the_formula_agree() {
        for n in [0, 1, 2, 10, 1_000_003] {
            let sum = range_sum_formula(n).unwrap();
            assert_eq!([c::folded(n), cpp::folded(n), rust(n)], [sum; 3], "{n}");
            assert_eq!(range_sum_folded(n), Ok(sum));
        }
        assert_eq!(range_sum_formula(10_000_000), Ok(49_999_995_000_000));
        for refused in [range_sum_folded(-1), range_sum_formula(RangeSum::LARGEST + 1)] {
            assert!(refused.unwrap_err().to_string().contains("4294967296"));
        }
    }

    #[test]
    fn growth_tells_a_loop_from_a_formula() {
        let growth = |nanoseconds| Growth { name: String::new(), compiler: "", nanoseconds };
        assert!(growth([1.0, 1.0]).folded());
        assert!(growth([0.8, 4.0]).folded());
        assert!(!growth([35e3, 35e6]).folded());
        assert!(!growth([35e3, 9e6]).folded());
    }
}
