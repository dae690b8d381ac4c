//! Decompositions of Eigen, as `csrc/ab_eigen.hpp` gives them to C: declarations without a type of its own.
#![no_std]
#![allow(non_camel_case_types, missing_docs, unsafe_code)]

use core::ffi::c_char;
use core::marker::{PhantomData, PhantomPinned};
use core::mem::{offset_of, size_of};

// Page `enums_as_integers`: results come in as integers.
pub const AB_EIGEN_FINE: i32 = 0;
pub const AB_EIGEN_NOT_POSITIVE_DEFINITE: i32 = 1;
pub const AB_EIGEN_RANK_DEFICIENT: i32 = 2;
pub const AB_EIGEN_NO_MEMORY: i32 = -1;
pub const AB_EIGEN_ASSERTION: i32 = -2;
pub const AB_EIGEN_EXCEPTION: i32 = -3;

/// Page `strided_views`; `P` is the pointer.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct ab_eigen_view<P> {
    pub p: P,
    pub rows: usize,
    pub columns: usize,
    pub row_stride: usize,
    pub column_stride: usize,
}

// Page `layout_handshake`: as the header asserts of its own.
const _: () = assert!(size_of::<ab_eigen_view<*mut f64>>() == 5 * size_of::<usize>());
const _: () = assert!(offset_of!(ab_eigen_view<*mut f64>, column_stride) == 4 * size_of::<usize>());

// Page `opaque_handle`.
macro_rules! opaque {
    ($($name:ident)*) => {$(
        #[repr(C)]
        pub struct $name {
            opaque: [u8; 0],
            marker: PhantomData<(*mut u8, PhantomPinned)>,
        }
    )*};
}
opaque!(ab_eigen_cholesky ab_eigen_qr);

unsafe extern "C" {
    pub fn ab_eigen_cholesky_new(
        a: *const ab_eigen_view<*mut f64>,
        out: *mut *mut ab_eigen_cholesky,
        text: *mut c_char,
        capacity: usize,
    ) -> i32;
    pub fn ab_eigen_cholesky_free(whole: *mut ab_eigen_cholesky);
    pub fn ab_eigen_cholesky_solve(
        whole: *const ab_eigen_cholesky,
        b: *const ab_eigen_view<*mut f64>,
        text: *mut c_char,
        capacity: usize,
    ) -> i32;
    pub fn ab_eigen_qr_new(
        a: *const ab_eigen_view<*const f64>,
        out: *mut *mut ab_eigen_qr,
        rank: *mut usize,
        text: *mut c_char,
        capacity: usize,
    ) -> i32;
    pub fn ab_eigen_qr_free(whole: *mut ab_eigen_qr);
    pub fn ab_eigen_qr_solve(
        whole: *const ab_eigen_qr,
        b: *const ab_eigen_view<*const f64>,
        x: *const ab_eigen_view<*mut f64>,
        text: *mut c_char,
        capacity: usize,
    ) -> i32;
}
