//! `range_sum`: the sum of a range of integers, every one of them added.
//!
//! `range_sum(n) = 0 + 1 + ... + (n - 1)`; n additions (and n to step the indices), no memory.
//! [`range_sums`] does an array of limits at once.
//!
//! The kernel exists to measure a loop that does nothing but add, so **the loop stays a loop** in all
//! five variants, although the sum is `n (n - 1) / 2` and a compiler may know that. In C and C++ the loop
//! counter passes through `AB_KEEP`, which costs no instruction; in Rust it passes through
//! [`black_box`](std::hint::black_box) once per round of lanes, off the path that the sums wait for; and
//! explicit vectors are left alone by the optimiser. What becomes of the loop without those devices is
//! measured by [`folding`]: `cargo run --release --example folding`.
//!
//! **Plan.** Chunks of 262 144 indices (`range_sums`: 64 limits). Integers add up exactly, so neither the
//! chunks nor the lanes within them show in the result.
//!
//! **Speed.** Two vector additions per vector of indices and nothing else: at v3 and v4 the
//! explicit variant runs at the rate at which the CPU adds, C a little and plain Rust a quarter below
//! it at v4. At v1 gcc keeps 24 lanes of indices and of sums in 16
//! registers of two lanes, and so half of them in memory; the explicit variant takes as many as fit.
//!
//! **Oracle.** The closed form, [`range_sum_formula`], in 128 bits.

mod c;
mod cpp;
pub mod folding;
mod rust;
mod simd;
pub mod vectorised;

pub use folding::{range_sum_folded, range_sum_formula};
pub use vectorised::{RangeSums, range_sums};

use crate::kernel::{
    Cost, Expected, Input, Job, Kernel, Layout, Operands, Request, Variant, Workload, five,
    traceless,
};
use crate::{Chunk, Error, Plan};
use std::borrow::Cow;

/// The sum of `0..n`.
#[derive(Debug, Clone, Copy)]
pub struct RangeSum;

impl RangeSum {
    /// The largest `n`: the sum of `0..2^32` is 2^63 - 2^31, that of one index more is beyond `i64`.
    pub const LARGEST: i64 = 1 << 32;

    /// `n` as a count of indices.
    fn check(argument: &str, n: i64) -> Result<u64, Error> {
        match u64::try_from(n) {
            Ok(count) if n <= Self::LARGEST => Ok(count),
            _ => {
                let largest = Self::LARGEST;
                let rule = format!("must be between 0 and {largest}, so that the sum fits 64 bits");
                Err(Error::argument(argument, n, rule))
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

impl Kernel for RangeSum {
    const NAME: &'static str = "range_sum";
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Whole;
    // Integers only.
    const VARIANTS: &'static [Variant<Self>] =
        &traceless(five(c::bound_one, c::by_hand_one, cpp::one, rust::one, simd::one), |_| true);

    /// `n`.
    type Args = i64;
    type Input<'i> = ();
    type Item = i64;
    type Output = i64;

    #[inline]
    fn plan(n: &i64, (): ()) -> Result<Plan, Error> {
        Plan::range(Self::check("n", *n)?, CHUNK)
    }

    #[inline]
    fn finish(_: &i64, _: &Plan, parts: Cow<'_, [i64]>) -> i64 {
        // Wrapping, so that a broken variant is found out by its result, not by a panic.
        parts.iter().copied().fold(0, i64::wrapping_add)
    }
}

impl RangeSum {
    /// The sum of the integers below `n`, to run [on](Job::on) an executor.
    ///
    /// # Errors
    /// As [`Job::new`].
    pub fn job<'i>(n: i64) -> Result<Job<'i, Self>, Error> {
        Job::new(n, ())
    }
}

/// The sum of the integers from 0 to `n - 1`, added one by one, by the fastest variant at the best level
/// here.
///
/// # Errors
/// [`Error::Argument`] when `n` is negative or above [`RangeSum::LARGEST`], beyond which the sum does
/// not fit 64 bits; [`Error::Level`] when the environment variable `ABREAST_ISA` asks for what this CPU
/// lacks.
///
/// ```
/// assert_eq!(abreast::range_sum(10)?, 45);
/// assert_eq!(abreast::range_sum(10_000_000)?, 49_999_995_000_000);
/// let refusal = abreast::range_sum(-1).unwrap_err().to_string();
/// assert!(refusal.contains("between 0 and 4294967296"));
/// # Ok::<(), abreast::Error>(())
/// ```
pub fn range_sum(n: i64) -> Result<i64, Error> {
    with(Variant::chosen(), n)
}

#[inline]
fn with(variant: &'static Variant<RangeSum>, n: i64) -> Result<i64, Error> {
    crate::kernel::call(variant, n, ())
}

crate::kernels::five_functions! {
    /// The sum of the integers from 0 to `n - 1`; see [`range_sum()`].
    ///
    /// # Errors
    /// As [`range_sum()`].
    (n: i64) -> i64 = with
}

impl Workload for RangeSum {
    const FORMULA: &'static str = "sum of i, 0 <= i < n";
    const UNIT: &'static str = "indices";
    const SIZES: &'static [u64] = &[
        0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 47, 48, 49, 63, 64, 65, 1000,
        4097, 262_143, 262_144, 262_145, 262_168, 1_000_003,
    ];
    const SWEEP: &'static [u64] = &[1 << 10, 1 << 14, 1 << 18, 1 << 22, 1 << 26];

    fn problem(request: &Request) -> Result<Input<Self>, Error> {
        let n = request.n.unwrap_or(10_000_000);
        Ok(Input::new(Self::check("n", n)?, n))
    }

    fn oracle(problem: &Input<Self>) -> Vec<Expected> {
        vec![Expected::Exact(folding::formula(problem.args))]
    }

    fn cost(problem: &Input<Self>) -> Cost {
        Cost { read: 0, written: 0, flops: problem.n, elements: problem.n }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tasks;

    #[test]
    fn known_sums_from_every_variant_at_every_level() {
        let known = [(0, 0), (1, 0), (10, 45), (10_000_000, 49_999_995_000_000)];
        for choice in Variant::<RangeSum>::choices() {
            for (n, sum) in known {
                assert_eq!(
                    RangeSum::job(n).unwrap().choose(choice).unwrap().call(),
                    Ok(sum),
                    "{choice} {n}"
                );
            }
        }
    }

    #[test]
    fn every_n_around_the_lanes_is_the_formula() {
        for choice in Variant::<RangeSum>::choices() {
            for n in (0..200).chain(262_130..262_180) {
                assert_eq!(
                    RangeSum::job(n).unwrap().choose(choice).unwrap().call(),
                    range_sum_formula(n),
                    "{choice} {n}"
                );
            }
        }
    }

    #[test]
    fn the_last_chunk_of_the_largest_range_is_right_in_every_variant() {
        // The largest numbers a variant ever adds; all the chunks would take seconds.
        let n = RangeSum::LARGEST;
        let job = Job::<RangeSum>::new(n, ()).unwrap();
        let last = job.plan().len() - 1;
        let sum = folding::formula(n) - folding::formula(bounds(job.plan().chunk(last)).0);
        for choice in Variant::<RangeSum>::choices() {
            let mut parts = job.blank().unwrap();
            let job = RangeSum::job(n).unwrap().choose(choice).unwrap();
            job.tasks(&mut parts).unwrap().run(last).unwrap();
            assert_eq!(i128::from(parts[last]), sum, "{choice}");
        }
        assert_eq!(range_sum_formula(n), Ok(i64::MAX - (1 << 31) + 1));
    }

    #[test]
    fn sums_beyond_64_bits_and_negative_ranges_are_refused_with_the_largest_n() {
        for n in [-1, i64::MIN, RangeSum::LARGEST + 1, i64::MAX] {
            let refusal = range_sum(n).unwrap_err().to_string();
            assert!(refusal.starts_with(&format!("n = {n}: ")), "{refusal}");
            assert!(refusal.contains("4294967296"), "{refusal}");
            let request = Request { n: Some(n), ..Request::default() };
            let asked = RangeSum::problem(&request).map(drop).unwrap_err();
            assert_eq!(asked.to_string(), refusal);
        }
    }
}
