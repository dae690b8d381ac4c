//! `pi` in C++, through a cxx bridge.
#![allow(unsafe_code)]

use super::Pi;
use crate::Error;
use crate::kernel::ChunkArgs;

#[cxx::bridge(namespace = "abreast")]
mod bridge {
    // SAFETY: the declaration is that of the header. The function touches no memory, keeps no state
    // and is noexcept.
    unsafe extern "C++" {
        include!("kernels/pi/pi.hpp");

        /// # Safety
        /// This CPU has the instructions of `level`, and `from` <= `to`: the loop counts up to it.
        unsafe fn pi(level: i32, seed: u64, from: u64, to: u64) -> u64;
    }
}

pub(super) fn run(c: ChunkArgs<'_, '_, Pi>) -> Result<(), Error> {
    let (from, to) = (c.chunk.row, c.chunk.row + c.chunk.rows);
    // SAFETY: a `Level` is one that this CPU has; a chunk ends where it begins or after that.
    c.out[0] = unsafe { bridge::pi(c.level.code(), c.args.seed, from, to) };
    Ok(())
}
