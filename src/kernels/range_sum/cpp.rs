//! `range_sum` in C++, through a cxx bridge.
#![allow(unsafe_code)]

use super::{RangeSum, RangeSums};
use crate::Error;
use crate::kernel::ChunkArgs;

#[cxx::bridge(namespace = "abreast")]
mod bridge {
    // SAFETY: the declarations are those of the header. The functions touch no memory but the slices
    // they are given, within the shorter length, keep no pointer, and are noexcept.
    unsafe extern "C++" {
        include!("kernels/range_sum/range_sum.hpp");

        /// # Safety
        /// This CPU has the instructions of `level`; 0 <= `from` <= `to` <= `RangeSum::LARGEST`, so
        /// that the sum fits.
        unsafe fn range_sum(level: i32, from: i64, to: i64) -> i64;
        /// # Safety
        /// This CPU has the instructions of `level`; no limit is below 0 or above
        /// `RangeSum::LARGEST`.
        unsafe fn range_sums(level: i32, limits: &[i64], sums: &mut [i64]);
        /// # Safety
        /// 0 <= `n` <= `RangeSum::LARGEST`, so that the sum fits.
        unsafe fn range_sum_folded(n: i64) -> i64;
    }
}

pub(super) fn one(c: ChunkArgs<'_, '_, RangeSum>) -> Result<(), Error> {
    let (from, to) = super::bounds(c.chunk);
    // SAFETY: a `Level` is one that this CPU has; by `ChunkArgs` the bounds are ones the plan accepted.
    c.out[0] = unsafe { bridge::range_sum(c.level.code(), from, to) };
    Ok(())
}

pub(super) fn many(c: ChunkArgs<'_, '_, RangeSums>) -> Result<(), Error> {
    let limits = c.input;
    // SAFETY: a `Level` is one that this CPU has; by `ChunkArgs` the plan accepted every limit.
    unsafe { bridge::range_sums(c.level.code(), limits, c.out) };
    Ok(())
}

/// The C++ loop that a compiler may fold.
///
/// # Panics
/// When `n` is not one the header allows; callers have checked it.
pub(super) fn folded(n: i64) -> i64 {
    assert!((0..=RangeSum::LARGEST).contains(&n), "range_sum_folded of {n}");
    // SAFETY: checked on the line above.
    unsafe { bridge::range_sum_folded(n) }
}
