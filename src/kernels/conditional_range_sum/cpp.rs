//! `conditional_range_sum` in C++, through a cxx bridge.
#![allow(unsafe_code)]

use super::ConditionalRangeSum;
use crate::Error;
use crate::kernel::Part;

#[cxx::bridge(namespace = "abreast")]
mod bridge {
    // SAFETY: the declaration is that of the header. The function touches no memory, keeps no state
    // and is noexcept.
    unsafe extern "C++" {
        include!("kernels/conditional_range_sum/conditional_range_sum.hpp");

        /// # Safety
        /// This CPU has the instructions of `level`; 0 <= `from` <= `to` <= 7439101575, so that the
        /// sum fits.
        unsafe fn conditional_range_sum(level: i32, from: i64, to: i64) -> i64;
    }
}

pub(super) fn body(part: Part<'_, '_, ConditionalRangeSum>) -> Result<(), Error> {
    let p = part.open();
    let (from, to) = super::bounds(p.chunk);
    // SAFETY: a `Level` is one that this CPU has; by `Part` the bounds are ones the plan accepted.
    p.out[0] = unsafe { bridge::conditional_range_sum(p.level.code(), from, to) };
    Ok(())
}
