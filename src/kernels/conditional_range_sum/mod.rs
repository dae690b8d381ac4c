//! `conditional_range_sum`: the sum of those integers of a range that 3 divides, every one visited.
//!
//! `conditional_range_sum(n) = sum of i, 0 <= i < n, i % 3 == 0`; n tests and n additions, of which two
//! in three add nothing; no memory.
//!
//! Nobody would compute this sum so: stepping by 3 visits a third of the indices, and the closed form
//! visits none. The kernel measures a loop with a condition, so **every i is visited**: materialised as
//! a number, passed through its test and added, or not. The test divides nothing: a variant steps its
//! lanes by a multiple of 3, so a lane keeps its remainder, and whether it counts is a mask made once
//! per chunk. What is left per vector of indices is a step, a mask and an addition; with AVX-512 LLVM
//! makes the mask part of the addition, gcc 12 does not. Loops are kept loops as in `range_sum`.
//!
//! **Speed.** C, C++ and explicit vectors run at the rate at which the CPU does these operations, at v3
//! and v4. Plain Rust does at v4 only: LLVM keeps its 48 lanes in memory where there are 16 registers.
//!
//! **Plan.** Chunks of 262 144 indices. Integers add up exactly, so neither chunks nor lanes show in
//! the result.
//!
//! **Oracle.** The closed form `3 m (m + 1) / 2` with m = (n - 1) / 3 rounded down, in 128 bits.

mod c;
mod cpp;
mod rust;
mod simd;

use crate::kernel::{
    Cost, Expected, Input, Job, Kernel, Layout, Operands, Request, Variant, Workload, five,
    traceless,
};
use crate::{Chunk, Error, Plan};
use std::borrow::Cow;

/// The sum of the multiples of 3 in `0..n`.
#[derive(Debug, Clone, Copy)]
pub struct ConditionalRangeSum;

impl ConditionalRangeSum {
    /// The largest `n`: the multiples of 3 below it add up to less than 2^63, and the next index is a
    /// multiple of 3 with which they would not.
    pub const LARGEST: i64 = 7_439_101_575;

    /// `n` as a count of indices.
    fn check(n: i64) -> Result<u64, Error> {
        match u64::try_from(n) {
            Ok(count) if n <= Self::LARGEST => Ok(count),
            _ => {
                let largest = Self::LARGEST;
                let rule = format!("must be between 0 and {largest}, so that the sum fits 64 bits");
                Err(Error::argument("n", n, rule))
            }
        }
    }
}

/// The first index of a chunk and the one after its last.
fn bounds(chunk: Chunk) -> (i64, i64) {
    (chunk.row as i64, (chunk.row + chunk.rows) as i64)
}

/// Indices per chunk: some ten microseconds.
const CHUNK: u64 = 1 << 18;

impl Kernel for ConditionalRangeSum {
    const NAME: &'static str = "conditional_range_sum";
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Whole;
    // Integers only.
    const VARIANTS: &'static [Variant<Self>] =
        &traceless(five(c::by_bindgen, c::by_hand, cpp::run, rust::run, simd::run), |_| true);

    /// `n`.
    type Args = i64;
    type Input<'i> = ();
    type Item = i64;
    type Output = i64;

    #[inline]
    fn plan(n: &i64, (): ()) -> Result<Plan, Error> {
        Plan::range(Self::check(*n)?, CHUNK)
    }

    #[inline]
    fn finish(_: &i64, _: &Plan, parts: Cow<'_, [i64]>) -> i64 {
        // Wrapping, so that a broken variant is found out by its result, not by a panic.
        parts.iter().copied().fold(0, i64::wrapping_add)
    }
}

impl ConditionalRangeSum {
    /// The sum of the integers below `n` that satisfy the condition, to run [on](Job::on) an executor.
    ///
    /// # Errors
    /// As [`Job::new`].
    pub fn job<'i>(n: i64) -> Result<Job<'i, Self>, Error> {
        Job::new(n, ())
    }
}

/// The sum of the integers from 0 to `n - 1` that 3 divides, every integer visited, by the fastest
/// variant at the best level here.
///
/// # Errors
/// [`Error::Argument`] when `n` is negative or above [`ConditionalRangeSum::LARGEST`], beyond which
/// the sum does not fit 64 bits; [`Error::Level`] when the environment variable `ABREAST_ISA` asks for
/// what this CPU lacks.
///
/// ```
/// assert_eq!(abreast::conditional_range_sum(10)?, 3 + 6 + 9);
/// assert_eq!(abreast::conditional_range_sum(10_000_000)?, 16_666_668_333_333);
/// let refusal = abreast::conditional_range_sum(-1).unwrap_err().to_string();
/// assert!(refusal.contains("between 0 and 7439101575"));
/// # Ok::<(), abreast::Error>(())
/// ```
pub fn conditional_range_sum(n: i64) -> Result<i64, Error> {
    with(Variant::chosen(), n)
}

#[inline]
fn with(variant: &'static Variant<ConditionalRangeSum>, n: i64) -> Result<i64, Error> {
    crate::kernel::call(variant, n, ())
}

crate::kernels::five_functions! {
    /// The sum of the integers from 0 to `n - 1` that 3 divides; see [`conditional_range_sum()`].
    ///
    /// # Errors
    /// As [`conditional_range_sum()`].
    (n: i64) -> i64 = with
}

/// The closed form in 128 bits, where nothing overflows.
fn formula(n: i64) -> i128 {
    let m = (i128::from(n) - 1).div_euclid(3);
    3 * m * (m + 1) / 2
}

impl Workload for ConditionalRangeSum {
    const FORMULA: &'static str = "sum of i, 0 <= i < n, i % 3 == 0";
    const UNIT: &'static str = "indices";
    const SIZES: &'static [u64] = &[
        0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 23, 24, 25, 47, 48, 49, 50, 51, 95, 96, 97, 1000,
        4097, 262_143, 262_144, 262_145, 524_289, 1_000_003,
    ];
    const SWEEP: &'static [u64] = &[1 << 10, 1 << 14, 1 << 18, 1 << 22, 1 << 26];

    fn problem(request: &Request) -> Result<Input<Self>, Error> {
        let n = request.n.unwrap_or(10_000_000);
        Ok(Input::new(Self::check(n)?, n))
    }

    fn oracle(problem: &Input<Self>) -> Vec<Expected> {
        vec![Expected::Exact(formula(problem.args))]
    }

    fn cost(problem: &Input<Self>) -> Cost {
        Cost { read: 0, written: 0, flops: problem.n, elements: problem.n }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_sums_from_every_variant_at_every_level() {
        for choice in Variant::<ConditionalRangeSum>::choices() {
            for (n, sum) in [(0, 0), (1, 0), (3, 0), (4, 3), (10_000_000, 16_666_668_333_333)] {
                assert_eq!(
                    ConditionalRangeSum::job(n).unwrap().choose(choice).unwrap().call(),
                    Ok(sum),
                    "{choice} {n}"
                );
            }
        }
    }

    #[test]
    fn every_n_around_the_lanes_is_the_obvious_loop() {
        for choice in Variant::<ConditionalRangeSum>::choices() {
            for n in (0..200).chain(262_130..262_250) {
                let obvious = (0..n).filter(|i| i % 3 == 0).sum();
                assert_eq!(
                    ConditionalRangeSum::job(n).unwrap().choose(choice).unwrap().call(),
                    Ok(obvious),
                    "{choice} {n}"
                );
            }
        }
    }

    #[test]
    fn the_formula_is_the_obvious_loop_and_the_largest_n_is_the_largest() {
        for n in 0..100 {
            let obvious: i64 = (0..n).filter(|i| i % 3 == 0).sum();
            assert_eq!(formula(n), i128::from(obvious), "{n}");
        }
        assert!(formula(ConditionalRangeSum::LARGEST) <= i128::from(i64::MAX));
        assert!(formula(ConditionalRangeSum::LARGEST + 1) > i128::from(i64::MAX));
    }

    #[test]
    fn sums_beyond_64_bits_and_negative_ranges_are_refused_with_the_largest_n() {
        for n in [-1, i64::MIN, ConditionalRangeSum::LARGEST + 1, i64::MAX] {
            let refusal = conditional_range_sum(n).unwrap_err().to_string();
            assert!(refusal.starts_with(&format!("n = {n}: ")), "{refusal}");
            assert!(refusal.contains("7439101575"), "{refusal}");
            let request = Request { n: Some(n), ..Request::default() };
            let asked = ConditionalRangeSum::problem(&request).map(drop).unwrap_err();
            assert_eq!(asked.to_string(), refusal);
        }
    }
}
