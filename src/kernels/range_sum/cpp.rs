//! `range_sum` in C++, through a cxx bridge.
#![allow(unsafe_code)]

use super::{RangeSum, RangeSums};
use crate::Error;
use crate::kernel::Part;

#[cxx::bridge(namespace = "abreast")]
mod bridge {
    // SAFETY: the functions touch no memory but the slices they are given, check the lengths they
    // rely on, keep no pointer, and are noexcept. Sums are added as the plan allows, so none
    // overflows. A level comes from a `Level`, so this CPU has it.
    unsafe extern "C++" {
        include!("kernels/range_sum/range_sum.hpp");

        fn range_sum(level: i32, from: i64, to: i64) -> i64;
        fn range_sums(level: i32, limits: &[i64], sums: &mut [i64]);
        fn range_sum_folded(n: i64) -> i64;
    }
}

pub(super) fn one(part: Part<'_, '_, RangeSum>) -> Result<(), Error> {
    let p = part.open();
    let (from, to) = super::bounds(p.chunk);
    p.out[0] = bridge::range_sum(p.level.code(), from, to);
    Ok(())
}

pub(super) fn many(part: Part<'_, '_, RangeSums>) -> Result<(), Error> {
    let p = part.open();
    bridge::range_sums(p.level.code(), &p.input[p.chunk.range()], p.out);
    Ok(())
}

/// The C++ loop that a compiler may fold.
///
/// # Panics
/// When `n` is not one the header allows; callers have checked it.
pub(super) fn folded(n: i64) -> i64 {
    assert!((0..=RangeSum::LARGEST).contains(&n), "range_sum_folded of {n}");
    bridge::range_sum_folded(n)
}
