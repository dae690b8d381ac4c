//! `dot` in C: the same function through two declarations.
#![allow(unsafe_code)]

use super::Dot;
use crate::Error;
use crate::ffi::bound;
use crate::kernel::ChunkArgs;

/// The declarations by hand, as a person reads them off the header.
mod by_hand {
    use libc::{c_double, c_float, c_int, size_t};

    unsafe extern "C" {
        pub fn ab_ddot(level: c_int, n: size_t, x: *const c_double, y: *const c_double)
        -> c_double;
        pub fn ab_sdot(level: c_int, n: size_t, x: *const c_float, y: *const c_float) -> c_float;
    }
}

/// One door into C: calls the function with slices of equal length.
///
/// SAFETY of every call: by `ChunkArgs`, `x` and `y` are equally long and the chunk's range lies within
/// them, so both pointers are valid for `n` reads; the level is one this CPU has. C only reads,
/// keeps no pointer and no state.
macro_rules! door {
    ($name:ident, $real:ty, $function:path) => {
        pub(super) fn $name(c: ChunkArgs<'_, '_, Dot<$real>>) -> Result<(), Error> {
            let (x, y) = c.input;
            // SAFETY: as above.
            c.out[0] = unsafe { $function(c.level.code(), x.len(), x.as_ptr(), y.as_ptr()) };
            Ok(())
        }
    };
}

door!(bound_f64, f64, bound::ab_ddot);
door!(bound_f32, f32, bound::ab_sdot);
door!(by_hand_f64, f64, by_hand::ab_ddot);
door!(by_hand_f32, f32, by_hand::ab_sdot);
