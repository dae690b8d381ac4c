//! `gemm` in C: the same function through two declarations.
#![allow(unsafe_code)]

use super::blocked::Product;
use super::{Gemm, PANELS};
use crate::Error;
use crate::ffi::{bound, check};
use crate::kernel::ChunkArgs;

/// The declarations by hand, as a person reads them off the header.
mod by_hand {
    use libc::{c_double, c_float, c_int};

    #[repr(C)]
    pub struct ab_gemm_shape {
        pub m: i64,
        pub n: i64,
        pub k: i64,
        pub a_row: i64,
        pub a_col: i64,
        pub b_row: i64,
        pub b_col: i64,
    }

    unsafe extern "C" {
        pub fn ab_dgemm(
            level: c_int,
            shape: *const ab_gemm_shape,
            alpha: c_double,
            a: *const c_double,
            b: *const c_double,
            beta: c_double,
            c: *mut c_double,
        ) -> i32;
        pub fn ab_sgemm(
            level: c_int,
            shape: *const ab_gemm_shape,
            alpha: c_float,
            a: *const c_float,
            b: *const c_float,
            beta: c_float,
            c: *mut c_float,
        ) -> i32;
    }
}

const _: () = assert!(size_of::<by_hand::ab_gemm_shape>() == size_of::<bound::ab_gemm_shape>());

/// One door into C: calls the function with the chunk's rows of A and its columns
/// of B.
///
/// SAFETY of every call: by `ChunkArgs`, the plan has checked that every element of A and B lies within
/// its slice, so C may read whatever sizes and strides name; both pointers come from the whole
/// slice, whichever way the strides go. `out` holds the chunk's m * n elements and, being borrowed
/// mutably, overlaps neither. The level is one this CPU has. C keeps no pointer and no state.
macro_rules! door {
    ($name:ident, $real:ty, $declared:ident :: $function:ident) => {
        pub(super) fn $name(c: ChunkArgs<'_, '_, Gemm<$real>>) -> Result<(), Error> {
            let Product { alpha, a, b, beta } = Product::of(c.args, c.input, &c.chunk);
            let shape = $declared::ab_gemm_shape {
                m: a.rows() as i64,
                n: b.cols() as i64,
                k: a.cols() as i64,
                a_row: a.shape().row_stride as i64,
                a_col: a.shape().col_stride as i64,
                b_row: b.shape().row_stride as i64,
                b_col: b.shape().col_stride as i64,
            };
            let a = a.data().as_ptr().wrapping_add(a.shape().offset);
            let b = b.data().as_ptr().wrapping_add(b.shape().offset);
            let (level, c) = (c.level.code(), c.out.as_mut_ptr());
            // SAFETY: as above.
            let status = unsafe { $declared::$function(level, &shape, alpha, a, b, beta, c) };
            check(stringify!($function), status, PANELS)
        }
    };
}

door!(bound_f64, f64, bound::ab_dgemm);
door!(bound_f32, f32, bound::ab_sgemm);
door!(by_hand_f64, f64, by_hand::ab_dgemm);
door!(by_hand_f32, f32, by_hand::ab_sgemm);
