//! `sum_arange`: the sum of the doubles 0, 1, .., n - 1, as `arange(n).sum()` computes it, but
//! without ever holding the array.
//!
//! `sum_arange = sum of i, i = 0 .. n`; n flops, n doubles written and read again. It equals
//! `n (n - 1) / 2`, which is how the oracle knows it; here it is the example of a vectorised sum
//! whose memory does not grow with n.
//!
//! **Plan.** Chunks of 65 536 numbers. A variant fills a buffer of its thread with the numbers of its
//! chunk and sums them with the same variant of [`sum`](super::sum()), so the memory in use is bounded
//! by threads x 512 KiB.
//!
//! **Accuracy.** That of [`sum`](super::sum()). Up to n = 134 217 728 no partial sum exceeds 2^53, so
//! nothing is rounded and the result is exact.

use super::{CHUNK, Sum, additions};
use crate::exact::{Twofold, gamma};
use crate::kernel::{
    ChunkArgs, Cost, Expected, Input, Job, Kernel, Layout, Operands, Request, Variant, Workload,
    call, five,
};
use crate::level::at_level;
use crate::plan::fold;
use crate::simd::Real;
use crate::{Error, Plan};
use fearless_simd::Simd;
use fearless_simd_macros::simd;
use std::borrow::Cow;
use std::cell::RefCell;

/// The sum of 0, 1, .., n - 1 as doubles, in bounded memory (`sum_arange`).
#[derive(Debug, Clone, Copy)]
pub struct SumArange;

/// Above this, doubles are no longer consecutive integers.
const MAX: u64 = 1 << f64::MANTISSA_DIGITS;

impl Kernel for SumArange {
    const NAME: &'static str = "sum_arange";
    const LAYOUT: Layout = Layout::PerChunk;
    const OPERANDS: Operands = Operands::Whole;
    const VARIANTS: &'static [Variant<Self>] =
        &five(chunk::<0>, chunk::<1>, chunk::<2>, chunk::<3>, chunk::<4>);

    type Args = u64;
    type Input<'i> = ();
    type Item = f64;
    type Output = f64;

    #[inline]
    fn plan(n: &u64, (): ()) -> Result<Plan, Error> {
        if *n > MAX {
            let rule = format!("must be at most {MAX}, or not every number would be a double");
            return Err(Error::argument("n", n, rule));
        }
        Plan::range(*n, CHUNK)
    }

    #[inline]
    fn finish(_: &u64, _: &Plan, parts: Cow<'_, [f64]>) -> f64 {
        fold(parts.iter().copied(), |a, b| a + b).unwrap_or_default()
    }
}

/// The numbers of one chunk, summed by the same row of `sum`.
fn chunk<const ROW: usize>(c: ChunkArgs<'_, '_, SumArange>) -> Result<(), Error> {
    thread_local! {
        static NUMBERS: RefCell<Vec<f64>> = const { RefCell::new(Vec::new()) };
    }
    NUMBERS.with_borrow_mut(|numbers| {
        numbers.clear();
        let bytes = c.chunk.range().len().saturating_mul(size_of::<f64>());
        numbers
            .try_reserve_exact(c.chunk.range().len())
            .map_err(|_| Error::Memory { bytes, purpose: "the numbers of a chunk" })?;
        at_level!(c.level, simd => fill(simd, c.chunk.row, c.chunk.rows, numbers));
        let sum = Variant::<Sum<f64>>::row::<ROW>();
        c.out[0] = Job::planned(sum, c.level, (), numbers)?.call_here()?;
        // A job cut into larger chunks leaves no large buffer behind.
        numbers.shrink_to(CHUNK as usize);
        Ok(())
    })
}

/// Numbers that are counted by 32 bits, which every level converts many at a time.
const BLOCK: u64 = 1 << 30;

/// Adds `count` numbers from `first` on. All are below 2^53, so no sum is rounded.
#[simd]
fn fill<S: Simd>(_: S, first: u64, count: u64, numbers: &mut Vec<f64>) {
    for done in (0..count).step_by(BLOCK as usize) {
        let base = (first + done) as f64;
        let rest = (count - done).min(BLOCK) as i32;
        numbers.extend((0..rest).map(|i| base + f64::from(i)));
    }
}

impl SumArange {
    /// The sum of the doubles below `n`, to run [on](Job::on) an executor.
    ///
    /// # Errors
    /// As [`Job::new`].
    pub fn job<'i>(n: u64) -> Result<Job<'i, Self>, Error> {
        Job::new(n, ())
    }
}

/// The sum of the doubles 0, 1, .., n - 1, by the fastest variant at the best level here, in
/// 512 KiB of memory whatever `n` is (and 8 bytes per 65 536 numbers).
///
/// # Errors
/// [`Error::Argument`] when `n` is above 2^53: the numbers would no longer be exact.
/// [`Error::Memory`] when the chunks' sums do not fit in memory; [`Error::Level`] when the
/// environment variable `ABREAST_ISA` asks for what this CPU lacks.
///
/// ```
/// assert_eq!(abreast::sum_arange(10_000_000)?, 49999995000000.0);
/// assert_eq!(abreast::sum_arange(0)?, 0.0);
/// assert!(abreast::sum_arange(u64::MAX).is_err());
/// # Ok::<(), abreast::Error>(())
/// ```
pub fn sum_arange(n: u64) -> Result<f64, Error> {
    call::<SumArange>(Variant::chosen(), n, ())
}

impl Workload for SumArange {
    const FAMILY: &'static str = "sum";
    const FORMULA: &'static str = "sum of i, i = 0 .. n, as doubles in bounded memory";

    fn problem(request: &Request) -> Result<Input<Self>, Error> {
        let n = request.length(10_000_000)?;
        SumArange::plan(&n, ())?;
        Ok(Input::new(n, n))
    }

    fn special() -> Vec<(&'static str, Input<Self>)> {
        vec![("10^7", Input::new(10_000_000, 10_000_000))]
    }

    fn oracle(problem: &Input<Self>) -> Vec<Expected> {
        let n = problem.n;
        let sum = Twofold::product(n as f64, n.saturating_sub(1) as f64).times(0.5);
        let exact = sum.hi <= MAX as f64;
        let bound = if exact { 0.0 } else { gamma(additions::<f64>(n), f64::ROUNDOFF) * sum.hi };
        vec![Expected::Real { hi: sum.hi, lo: sum.lo, bound }]
    }

    fn cost(problem: &Input<Self>) -> Cost {
        let n = problem.n;
        let bytes = n * size_of::<f64>() as u64;
        Cost { read: bytes, written: bytes, flops: n, elements: n }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_no_double_is_refused() {
        let refusal = sum_arange(MAX + 1).unwrap_err().to_string();
        assert!(refusal.starts_with("n = 9007199254740993: must be at most 9007199254740992"));
        assert!(SumArange::plan(&MAX, ()).is_ok());
    }

    #[test]
    fn in_chunks_of_any_size_it_is_the_sum_of_the_whole_array() {
        let n = 1_000_000;
        let whole: Vec<f64> = (0..n).map(|i| i as f64).collect();
        let want = super::super::sum(&whole).unwrap();
        let sizes = [1000, 65_536, 65_537, 300_000, n];
        for (variant, size) in SumArange::VARIANTS.iter().zip(sizes) {
            let job = SumArange::job(n).unwrap().variant(variant.name).unwrap();
            let sum = job.with_chunk(size).unwrap().call();
            assert_eq!(sum, Ok(want), "{variant:?} in chunks of {size}");
        }
    }
}
