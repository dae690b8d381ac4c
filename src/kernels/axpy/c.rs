//! `axpy` in C: the same function through two declarations.
#![allow(unsafe_code)]

use super::Axpy;
use crate::Error;
use crate::ffi::{bound, check};
use crate::kernel::ChunkArgs;

/// The declarations by hand, as a person reads them off the header.
mod by_hand {
    use libc::{c_double, c_float, c_int, size_t};

    unsafe extern "C" {
        pub fn ab_daxpy(
            level: c_int,
            n: size_t,
            alpha: c_double,
            x: *const c_double,
            y: *mut c_double,
        ) -> c_int;
        pub fn ab_saxpy(
            level: c_int,
            n: size_t,
            alpha: c_float,
            x: *const c_float,
            y: *mut c_float,
        ) -> c_int;
    }
}

/// One door into C: calls the function with the chunk's share of `x` and of `y`.
///
/// SAFETY of every call: by `ChunkArgs`, the chunk's range lies within `x` and the output slice is as
/// long as that range, so `x` is valid for `n` reads and `y` for `n` reads and writes; a slice that
/// is borrowed mutably overlaps no other. The level is one this CPU has. C keeps no pointer and no
/// state.
macro_rules! door {
    ($name:ident, $real:ty, $function:path, $symbol:literal) => {
        pub(super) fn $name(c: ChunkArgs<'_, '_, Axpy<$real>>) -> Result<(), Error> {
            let (x, y) = (c.input, c.out);
            let (level, alpha) = (c.level.code(), *c.args);
            // SAFETY: as above.
            let status = unsafe { $function(level, y.len(), alpha, x.as_ptr(), y.as_mut_ptr()) };
            check($symbol, status, 0)
        }
    };
}

door!(bound_f64, f64, bound::ab_daxpy, "ab_daxpy");
door!(bound_f32, f32, bound::ab_saxpy, "ab_saxpy");
door!(by_hand_f64, f64, by_hand::ab_daxpy, "ab_daxpy");
door!(by_hand_f32, f32, by_hand::ab_saxpy, "ab_saxpy");
