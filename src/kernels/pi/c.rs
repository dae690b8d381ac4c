//! `pi` in C: the same function through two declarations.
#![allow(unsafe_code)]

use super::Pi;
use crate::Error;
use crate::ffi::bound;
use crate::kernel::ChunkArgs;

/// The declaration by hand, as a person reads it off the header.
mod by_hand {
    use libc::c_int;

    unsafe extern "C" {
        pub fn ab_pi(level: c_int, seed: u64, from: u64, to: u64) -> u64;
    }
}

/// One door into C.
///
/// SAFETY of every call: by `ChunkArgs`, the chunk is one of a plan's, so `from <= to`; the level is one
/// this CPU has. C touches no memory and keeps no state.
macro_rules! door {
    ($name:ident, $function:path) => {
        pub(super) fn $name(c: ChunkArgs<'_, '_, Pi>) -> Result<(), Error> {
            let (from, to) = (c.chunk.row, c.chunk.row + c.chunk.rows);
            // SAFETY: as above.
            c.out[0] = unsafe { $function(c.level.code(), c.args.seed, from, to) };
            Ok(())
        }
    };
}

door!(by_bindgen, bound::ab_pi);
door!(by_hand, by_hand::ab_pi);
