//! `pi`: how many random points of a square lie in the quarter circle.
//!
//! Point i is output i of [SplitMix64](crate::sample::splitmix64) seeded with `seed`: x its high, y its
//! low 32 bits. It is a hit when `x*x + y*y < 2^64`, that is, when the sum of the squares has no carry
//! out. `pi(n, seed) = hits`; 4 hits / n estimates the number pi with a standard error of
//! `sqrt(pi (4 - pi) / n)`, about `1.64 / sqrt(n)`.
//!
//! Counted as operations on integers: per point one step of the state, two multiply-xorshift rounds, a
//! last xorshift, two squares, their sum and its comparison, the count: 16. No memory.
//!
//! **Plan.** Chunks of 262 144 points, larger ones above 2^34 points so that a plan has some 65 536 chunks
//! at most. A point depends on its index alone, and counts add up exactly: one integer whatever variant,
//! level, chunk and executor.
//!
//! **Speed.** AVX-512 multiplies 64 bits by 64 in one instruction; AVX2 and SSE2 take three
//! multiplications of 32 bits, two shuffles, a shift and two additions for it. The squares are of halves,
//! so one 32-bit multiplication each does where the compiler sees that the high bits are zero: LLVM
//! does, gcc 12 does not and multiplies in full, so C and C++ trail Rust at v3. With AVX-512 that hardly
//! matters where its multiplication is fast (Zen); there all five variants lie close together.
//!
//! **Oracle.** One point after another, squares and sum in 128 bits.

mod c;
mod cpp;
mod rust;
mod simd;

use crate::kernel::{
    Cost, Expected, Input, Job, Kernel, Layout, Number, Operands, Request, Variant, Workload, five,
    traceless,
};
use crate::sample::{GOLDEN_GAMMA, splitmix64};
use crate::{Error, Plan, fpenv};
use bytemuck::{Pod, Zeroable};
use std::borrow::Cow;

/// Hits among `n` points of stream `seed`.
#[derive(Debug, Clone, Copy)]
pub struct Pi;

/// Which points.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
pub struct Points {
    /// How many.
    pub n: u64,
    /// Of which stream.
    pub seed: u64,
}

impl Points {
    /// Points `first .. first + n` of stream `seed`, which are the first `n` of a stream of their own.
    ///
    /// # Errors
    /// [`Error::Argument`] when `first + n` is above 2^63 - 1.
    ///
    /// ```
    /// use abreast::kernels::pi::{Pi, Points};
    /// use abreast::kernel::Job;
    /// let rest = Job::<Pi>::new(Points::from(1000, 5000, 7)?, ())?.call()?;
    /// assert_eq!(abreast::pi_hits(1000, 7)? + rest, abreast::pi_hits(6000, 7)?);
    /// # Ok::<(), abreast::Error>(())
    /// ```
    pub fn from(first: u64, n: u64, seed: u64) -> Result<Points, Error> {
        if first.checked_add(n).is_none_or(|end| end > i64::MAX as u64) {
            let rule = format!("must be at most {}", i64::MAX);
            return Err(Error::argument("first + n", format!("{first} + {n}"), rule));
        }
        Ok(Points { n, seed: seed.wrapping_add(first.wrapping_mul(GOLDEN_GAMMA)) })
    }
}

/// Points per chunk, and the most chunks of that size.
const CHUNK: u64 = 1 << 18;
const CHUNKS: u64 = 1 << 16;

impl Kernel for Pi {
    const NAME: &'static str = "pi";
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Whole;
    // Integers only.
    const VARIANTS: &'static [Variant<Self>] =
        &traceless(five(c::by_bindgen, c::by_hand, cpp::run, rust::run, simd::run), |_| true);

    type Args = Points;
    type Input<'i> = ();
    type Item = u64;
    type Output = u64;

    #[inline]
    fn plan(points: &Points, (): ()) -> Result<Plan, Error> {
        if points.n > i64::MAX as u64 {
            return Err(Error::argument("n", points.n, format!("must be at most {}", i64::MAX)));
        }
        Plan::range(points.n, CHUNK.max(points.n / CHUNKS))
    }

    #[inline]
    fn finish(_: &Points, _: &Plan, parts: Cow<'_, [u64]>) -> u64 {
        // Wrapping, so that a broken variant is found out by its result, not by a panic.
        parts.iter().copied().fold(0, u64::wrapping_add)
    }
}

impl Pi {
    /// The hits among the first `n` points of stream `seed`, to run [on](Job::on) an executor.
    ///
    /// # Errors
    /// As [`Job::new`].
    pub fn job<'i>(n: u64, seed: u64) -> Result<Job<'i, Self>, Error> {
        Job::new(Points { n, seed }, ())
    }
}

/// How many of the first `n` points of stream `seed` lie in the quarter circle, by the fastest variant at
/// the best level here. 0 when `n` is 0.
///
/// # Errors
/// [`Error::Argument`] when `n` is above 2^63 - 1; [`Error::Level`] when the environment variable
/// `ABREAST_ISA` asks for what this CPU lacks.
///
/// ```
/// assert_eq!(abreast::pi_hits(1_000_000, 1)?, 784_429);
/// # Ok::<(), abreast::Error>(())
/// ```
pub fn pi_hits(n: u64, seed: u64) -> Result<u64, Error> {
    with(Variant::chosen(), n, seed)
}

/// An estimate of the number pi from the first `n` points of stream `seed`: 4 hits / n, with a standard
/// error of about `1.64 / sqrt(n)`.
///
/// # Errors
/// [`Error::Argument`] when `n` is 0, which has no estimate; otherwise as [`pi_hits`].
///
/// ```
/// let n = 1_000_000;
/// let estimate = abreast::pi(n, 1)?;
/// assert!((estimate - std::f64::consts::PI).abs() < 3.0 * 1.64 / (n as f64).sqrt());
/// assert!(abreast::pi(0, 1).is_err());
/// # Ok::<(), abreast::Error>(())
/// ```
pub fn pi(n: u64, seed: u64) -> Result<f64, Error> {
    if n == 0 {
        return Err(Error::argument("n", n, "must be at least 1: no points, no estimate"));
    }
    let hits = pi_hits(n, seed)?;
    Ok(fpenv::within(|| 4.0 * (hits as f64 / n as f64)))
}

#[inline]
fn with(variant: &'static Variant<Pi>, n: u64, seed: u64) -> Result<u64, Error> {
    crate::kernel::call(variant, Points { n, seed }, ())
}

crate::kernels::five_functions! {
    /// How many of the first `n` points of stream `seed` are hits; see [`pi_hits()`].
    ///
    /// # Errors
    /// As [`pi_hits()`].
    (n: u64, seed: u64) -> u64 = with
}

/// Operations per point; see the module's docs.
const OPERATIONS: u64 = 16;

impl Workload for Pi {
    const FORMULA: &'static str = "count of x[i]^2 + y[i]^2 < 2^64, (x, y) from SplitMix64";
    const UNIT: &'static str = "samples";
    const SIZES: &'static [u64] = &[
        0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1000, 4097, 262_143, 262_144,
        262_145, 524_289,
    ];
    const SWEEP: &'static [u64] = &[1 << 10, 1 << 14, 1 << 18, 1 << 22];

    fn problem(request: &Request) -> Result<Input<Self>, Error> {
        let n = request.length(10_000_000)?;
        Ok(Input::new(n, Points { n, seed: request.seed }))
    }

    /// The hits, after what they estimate.
    fn named(points: &Points, hits: &u64) -> Vec<(&'static str, Number)> {
        let estimate = 4.0 * (*hits as f64 / points.n as f64);
        let pi = (points.n > 0).then_some(("pi", Number::F64(estimate)));
        pi.into_iter().chain([("hits", Number::Int((*hits).into()))]).collect()
    }

    fn special() -> Vec<(&'static str, Input<Self>)> {
        let wrapping = Points { n: 1003, seed: u64::MAX };
        vec![("state that wraps at once", Input::new(1003, wrapping))]
    }

    fn oracle(problem: &Input<Self>) -> Vec<Expected> {
        let Points { n, seed } = problem.args;
        vec![Expected::Exact((0..n).filter(|i| is_hit(splitmix64(seed, *i))).count() as i128)]
    }

    fn cost(problem: &Input<Self>) -> Cost {
        let n = problem.n;
        Cost { read: 0, written: 0, flops: n.saturating_mul(OPERATIONS), elements: n }
    }
}

/// The definition, in numbers wide enough for it.
fn is_hit(z: u64) -> bool {
    let (x, y) = (u128::from(z >> 32), u128::from(z as u32));
    x * x + y * y < 1 << 64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slow(n: u64, seed: u64) -> u64 {
        (0..n).filter(|i| is_hit(splitmix64(seed, *i))).count() as u64
    }

    #[test]
    fn a_hundred_million_points_have_their_known_hits() {
        assert_eq!(pi_hits(100_000_000, 1), Ok(78_543_406));
    }

    #[test]
    fn every_variant_at_every_level_counts_the_oracles_hits() {
        let million = slow(1_000_000, 1);
        for choice in Variant::<Pi>::choices() {
            assert_eq!(
                Pi::job(1_000_000, 1).unwrap().choose(choice).unwrap().call(),
                Ok(million),
                "{choice}"
            );
            for n in (0..100).chain(262_140..262_150) {
                let hits = Pi::job(n, !n).unwrap().choose(choice).unwrap().call();
                assert_eq!(hits, Ok(slow(n, !n)), "{choice} {n}");
            }
        }
    }

    #[test]
    fn chunks_of_any_size_give_the_same_hits() {
        for choice in Variant::<Pi>::choices() {
            for chunk in [1, 13, 4096, 20_000] {
                let job = Pi::job(10_007, 7).unwrap().with_chunk(chunk).unwrap();
                let hits = job.choose(choice).unwrap().call();
                assert_eq!(hits, Ok(slow(10_007, 7)), "{choice} {chunk}");
            }
        }
    }

    #[test]
    fn points_from_anywhere_are_those_of_the_whole_stream() {
        for seed in [0, 1, u64::MAX] {
            for first in [0, 1, 1000, 262_143, u64::from(u32::MAX), i64::MAX as u64 - 50] {
                let points = Points::from(first, 50, seed).unwrap();
                let hits = (first..first + 50).filter(|i| is_hit(splitmix64(seed, *i))).count();
                assert_eq!(
                    crate::kernel::Job::<Pi>::new(points, ()).unwrap().call(),
                    Ok(hits as u64)
                );
            }
        }
        let refusal = Points::from(i64::MAX as u64, 1, 0).unwrap_err().to_string();
        assert!(refusal.starts_with("first + n = 9223372036854775807 + 1: must be"), "{refusal}");
        assert!(Points::from(u64::MAX, u64::MAX, 0).is_err());
    }

    #[test]
    fn no_points_are_no_hits_and_no_estimate() {
        assert_eq!(pi_hits(0, 1), Ok(0));
        assert!(pi(0, 1).unwrap_err().to_string().starts_with("n = 0: must be at least 1"));
    }

    #[test]
    fn a_count_beyond_the_plan_is_refused_and_a_huge_plan_stays_small() {
        let refusal = pi_hits(u64::MAX, 1).unwrap_err().to_string();
        assert!(refusal.starts_with("n = 18446744073709551615: must be at most"), "{refusal}");
        let huge = Pi::plan(&Points { n: i64::MAX as u64, seed: 0 }, ()).unwrap();
        assert!(huge.len() as u64 <= CHUNKS + 1);
        assert!(Pi::problem(&Request { n: Some(-1), ..Request::default() }).is_err());
    }
}
