//! `conditional_range_sum` in C++, through a cxx bridge.
#![allow(unsafe_code)]

use super::ConditionalRangeSum;
use crate::Error;
use crate::kernel::ChunkArgs;

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

pub(super) fn run(c: ChunkArgs<'_, '_, ConditionalRangeSum>) -> Result<(), Error> {
    let (from, to) = super::bounds(c.chunk);
    // SAFETY: a `Level` is one that this CPU has; by `ChunkArgs` the bounds are ones the plan accepted.
    c.out[0] = unsafe { bridge::conditional_range_sum(c.level.code(), from, to) };
    Ok(())
}
