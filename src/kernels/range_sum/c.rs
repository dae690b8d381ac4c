//! `range_sum` in C: the same functions through two declarations.
#![allow(unsafe_code)]

use super::{RangeSum, RangeSums};
use crate::Error;
use crate::ffi::bound;
use crate::kernel::ChunkArgs;

/// The declarations by hand, as a person reads them off the header.
mod by_hand {
    use libc::{c_int, size_t};

    unsafe extern "C" {
        pub fn ab_range_sum(level: c_int, from: i64, to: i64) -> i64;
        pub fn ab_range_sums(level: c_int, n: size_t, limits: *const i64, sums: *mut i64);
        pub fn ab_range_sum_folded(n: i64) -> i64;
    }
}

/// The doors into C for one way of declaring it.
///
/// SAFETY of every call: by `ChunkArgs`, the plan accepted the problem, so every bound and limit lies
/// between 0 and `RangeSum::LARGEST`, and a chunk's limits are as many as its slice of the output;
/// that slice is borrowed mutably, so the two do not overlap. The level is one this CPU has. C
/// keeps no pointer and no state.
macro_rules! doors {
    ($way:ident, $one:ident, $many:ident) => {
        pub(super) fn $one(c: ChunkArgs<'_, '_, RangeSum>) -> Result<(), Error> {
            let (from, to) = super::bounds(c.chunk);
            // SAFETY: as above.
            c.out[0] = unsafe { $way::ab_range_sum(c.level.code(), from, to) };
            Ok(())
        }

        pub(super) fn $many(c: ChunkArgs<'_, '_, RangeSums>) -> Result<(), Error> {
            let (limits, sums) = (c.input, c.out.as_mut_ptr());
            // SAFETY: as above.
            unsafe { $way::ab_range_sums(c.level.code(), limits.len(), limits.as_ptr(), sums) };
            Ok(())
        }
    };
}

doors!(bound, bound_one, bound_many);
doors!(by_hand, by_hand_one, by_hand_many);

/// The C loop that a compiler may fold.
///
/// # Panics
/// When `n` is not one the header allows; callers have checked it.
pub(super) fn folded(n: i64) -> i64 {
    assert!((0..=RangeSum::LARGEST).contains(&n), "range_sum_folded of {n}");
    // SAFETY: the header's condition holds by the line above; the function has no other.
    unsafe { by_hand::ab_range_sum_folded(n) }
}
