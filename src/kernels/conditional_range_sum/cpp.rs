//! `conditional_range_sum` in C++, through a cxx bridge.
#![allow(unsafe_code)]

use super::ConditionalRangeSum;
use crate::Error;
use crate::kernel::Part;

#[cxx::bridge(namespace = "abreast")]
mod bridge {
    // SAFETY: the function touches no memory, keeps no state and is noexcept; by `Part` its bounds
    // are ones the plan accepted, so no sum overflows. A level comes from a `Level`, so this CPU
    // has it.
    unsafe extern "C++" {
        include!("kernels/conditional_range_sum/conditional_range_sum.hpp");

        fn conditional_range_sum(level: i32, from: i64, to: i64) -> i64;
    }
}

pub(super) fn body(part: Part<'_, '_, ConditionalRangeSum>) -> Result<(), Error> {
    let p = part.open();
    let (from, to) = super::bounds(p.chunk);
    p.out[0] = bridge::conditional_range_sum(p.level.code(), from, to);
    Ok(())
}
