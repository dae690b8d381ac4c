//! `sum` in C: the same function through two declarations.
#![allow(unsafe_code)]

use super::Sum;
use crate::Error;
use crate::ffi::bound;
use crate::kernel::ChunkArgs;

/// The declarations by hand, as a person reads them off the header.
mod by_hand {
    use libc::{c_double, c_float, c_int, size_t};

    unsafe extern "C" {
        pub fn ab_dsum(level: c_int, n: size_t, x: *const c_double) -> c_double;
        pub fn ab_ssum(level: c_int, n: size_t, x: *const c_float) -> c_float;
    }
}

/// One door into C: calls the function with the chunk's share of `x`.
///
/// SAFETY of every call: by `ChunkArgs`, the chunk's range lies within `x`, so the pointer is valid for
/// `n` reads; the level is one this CPU has. C only reads, keeps no pointer and no state.
macro_rules! door {
    ($name:ident, $real:ty, $function:path) => {
        pub(super) fn $name(c: ChunkArgs<'_, '_, Sum<$real>>) -> Result<(), Error> {
            let x = c.input;
            // SAFETY: as above.
            c.out[0] = unsafe { $function(c.level.code(), x.len(), x.as_ptr()) };
            Ok(())
        }
    };
}

door!(bound_f64, f64, bound::ab_dsum);
door!(bound_f32, f32, bound::ab_ssum);
door!(by_hand_f64, f64, by_hand::ab_dsum);
door!(by_hand_f32, f32, by_hand::ab_ssum);
