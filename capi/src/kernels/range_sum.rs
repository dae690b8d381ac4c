//! Sums of integers.

use super::scalar;
use crate::boundary::boundary;
use crate::options::{Chosen, abreast_options};
use crate::pointers::{Caller, Span};
use crate::status::abreast_status;
use abreast::kernels::conditional_range_sum::ConditionalRangeSum;
use abreast::kernels::range_sum::{RangeSum, RangeSums};
use abreast::kernels::sum::SumArange;

/// `*sum` <- the sum of i, 0 <= i < n, every i visited. `n` is between 0 and 2^32.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_range_sum(
    n: i64,
    sum: *mut i64,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| scalar::<RangeSum>(caller, n, ("sum", sum), options))
}

/// `sums[k]` <- the sum of i, 0 <= i < `limits[k]`, for k < n. Each limit is between 0 and 2^32.
/// `limits` and `sums` have `n` elements each and do not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_range_sums(
    n: usize,
    limits: *const i64,
    sums: *mut i64,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| {
        let (limits, sums) = (Span::of("limits", n, limits)?, Span::of("sums", n, sums)?);
        sums.apart_from(limits)?;
        let chosen = Chosen::of::<RangeSums>(caller, options)?;
        caller.write(sums, &chosen.call::<RangeSums>((), caller.read(limits))?);
        Ok(())
    })
}

/// `*sum` <- the sum of i, 0 <= i < n, i % 3 == 0, every i visited. `n` is between 0 and
/// 7439101575, beyond which the sum does not fit 64 bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_conditional_range_sum(
    n: i64,
    sum: *mut i64,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| scalar::<ConditionalRangeSum>(caller, n, ("sum", sum), options))
}

/// `*sum` <- the sum of the doubles 0, 1, .., n - 1, which are made on the way. `n` is at most 2^53.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn abreast_sum_arange(
    n: u64,
    sum: *mut f64,
    options: *const abreast_options,
) -> abreast_status {
    // SAFETY: the caller of this function promises what its documentation asks.
    let caller = unsafe { Caller::promises() };
    boundary(caller, |caller| scalar::<SumArange>(caller, n, ("sum", sum), options))
}
