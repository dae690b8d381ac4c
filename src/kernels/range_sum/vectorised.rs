//! `range_sums`: [`range_sum`](super::range_sum()) for every element of an array.

use super::{RangeSum, folding};
use crate::kernel::{
    Cost, Expected, Input, Job, Kernel, Layout, Operands, Request, Variant, Workload, five,
};
use crate::sample::splitmix64;
use crate::{Error, Plan, memory};
use std::borrow::Cow;

/// An array of limits in, an array of sums out.
#[derive(Debug, Clone, Copy)]
pub struct RangeSums;

/// Limits per chunk.
const CHUNK: u64 = 64;

impl Kernel for RangeSums {
    const NAME: &'static str = "range_sums";
    const LAYOUT: Layout = Layout::PerElement;
    const OPERANDS: Operands = Operands::Elementwise;
    const VARIANTS: &'static [Variant<Self>] = &five(
        super::c::bound_many,
        super::c::by_hand_many,
        super::cpp::many,
        super::rust::many,
        super::simd::many,
    );

    type Args = ();
    type Input<'i> = &'i [i64];
    type Item = i64;
    type Output = Vec<i64>;

    fn plan((): &(), limits: &[i64]) -> Result<Plan, Error> {
        for (k, limit) in limits.iter().enumerate() {
            if !(0..=RangeSum::LARGEST).contains(limit) {
                RangeSum::check(&format!("limits[{k}]"), *limit)?;
            }
        }
        Plan::range(limits.len() as u64, CHUNK)
    }

    fn finish((): &(), _: &Plan, sums: Cow<'_, [i64]>) -> Vec<i64> {
        sums.into_owned()
    }
}

impl RangeSums {
    /// The sum below each of `limits`, to run [on](Job::on) an executor.
    ///
    /// # Errors
    /// As [`Job::new`].
    pub fn job<'i>(limits: &'i [i64]) -> Result<Job<'i, Self>, Error> {
        Job::new((), limits)
    }
}

/// For each limit the sum of the integers from 0 to `limit - 1`, added one by one.
///
/// # Errors
/// As [`range_sum`](super::range_sum()) for the first limit that breaks the rule, named by its index;
/// [`Error::Memory`] when there is no room for the sums.
///
/// ```
/// let limits: Vec<i64> = (0..10).collect();
/// assert_eq!(abreast::range_sums(&limits)?, [0, 0, 1, 3, 6, 10, 15, 21, 28, 36]);
/// let refusal = abreast::range_sums(&[3, -7]).unwrap_err().to_string();
/// assert!(refusal.starts_with("limits[1] = -7: must be between 0 and 4294967296"));
/// # Ok::<(), abreast::Error>(())
/// ```
pub fn range_sums(limits: &[i64]) -> Result<Vec<i64>, Error> {
    with(Variant::chosen(), limits)
}

fn with(variant: &'static Variant<RangeSums>, limits: &[i64]) -> Result<Vec<i64>, Error> {
    crate::kernel::call(variant, (), limits)
}

crate::kernels::five_functions! {
    /// For each limit the sum of the integers below it; see [`range_sums()`].
    ///
    /// # Errors
    /// As [`range_sums()`].
    (limits: &[i64]) -> Vec<i64> = with
}

impl Workload for RangeSums {
    const FAMILY: &'static str = "range_sum";
    const FORMULA: &'static str = "s[k] = sum of i, 0 <= i < limits[k]";
    const UNIT: &'static str = "limits";
    const SIZES: &'static [u64] = &[0, 1, 2, 3, 7, 31, 33, 63, 64, 65, 129, 1000];
    const SWEEP: &'static [u64] = &[16, 256, 1 << 12];

    /// Limits below 1024, so that a call is many short ranges.
    fn problem(request: &Request) -> Result<Input<Self>, Error> {
        let n = request.elements(1000, size_of::<i64>())? as u64;
        let limits = (0..n).map(|k| (splitmix64(request.seed, k) >> 54) as i64);
        let limits = memory::collect(n as usize, limits, "the operands")?;
        Ok(Input::new(n, ()).with(&limits))
    }

    fn special() -> Vec<(&'static str, Input<Self>)> {
        let count_up: Vec<i64> = (0..200).collect();
        let long_and_short = [1_000_003i64, 0, 1, 262_145, 0, 24, 23];
        vec![
            ("0, 1, 2, ...", Input::new(200, ()).with(&count_up)),
            ("long and short", Input::new(7, ()).with(&long_and_short)),
        ]
    }

    fn oracle(problem: &Input<Self>) -> Vec<Expected> {
        problem.input().iter().map(|limit| Expected::Exact(folding::formula(*limit))).collect()
    }

    fn cost(problem: &Input<Self>) -> Cost {
        let indices = problem.input().iter().map(|limit| *limit as u64).sum();
        let bytes = problem.n * size_of::<i64>() as u64;
        Cost { read: bytes, written: bytes, flops: indices, elements: problem.n }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_limits_from_every_variant_at_every_level() {
        let limits: Vec<i64> = (0..10).collect();
        for choice in Variant::<RangeSums>::choices() {
            let sums = RangeSums::job(&limits).unwrap().choose(choice).unwrap().call().unwrap();
            assert_eq!(sums, [0, 0, 1, 3, 6, 10, 15, 21, 28, 36], "{choice}");
        }
    }

    #[test]
    fn a_bad_limit_is_named_by_its_index() {
        let refusal = |limits: &[i64]| range_sums(limits).unwrap_err().to_string();
        assert!(refusal(&[0, 1, -5, -6]).starts_with("limits[2] = -5: "));
        let beyond = refusal(&[RangeSum::LARGEST + 1]);
        assert!(beyond.starts_with("limits[0] = 4294967297: must be"), "{beyond}");
        assert_eq!(range_sums(&[]), Ok(vec![]));
    }
}
