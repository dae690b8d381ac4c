//! `conditional_range_sum` in C: the same function through two declarations.
#![allow(unsafe_code)]

use super::ConditionalRangeSum;
use crate::Error;
use crate::ffi::bound;
use crate::kernel::ChunkArgs;

/// The declaration by hand, as a person reads it off the header.
mod by_hand {
    use libc::c_int;

    unsafe extern "C" {
        pub fn ab_conditional_range_sum(level: c_int, from: i64, to: i64) -> i64;
    }
}

/// One door into C.
///
/// SAFETY of every call: by `ChunkArgs`, the chunk lies within a range that the plan accepted, so
/// `0 <= from <= to <= ConditionalRangeSum::LARGEST` and no sum overflows; the level is one this CPU
/// has. C touches no memory and keeps no state.
macro_rules! door {
    ($name:ident, $function:path) => {
        pub(super) fn $name(c: ChunkArgs<'_, '_, ConditionalRangeSum>) -> Result<(), Error> {
            let (from, to) = super::bounds(c.chunk);
            // SAFETY: as above.
            c.out[0] = unsafe { $function(c.level.code(), from, to) };
            Ok(())
        }
    };
}

door!(by_bindgen, bound::ab_conditional_range_sum);
door!(by_hand, by_hand::ab_conditional_range_sum);
