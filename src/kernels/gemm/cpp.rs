//! `gemm` in C++, through a cxx bridge: slices cross as slices, C++ exceptions come back as errors.
#![allow(unsafe_code)]

use super::blocked::Product;
use super::{Element, Gemm, MatRef, PANELS};
use crate::Error;
use crate::ffi::caught;
use crate::kernel::ChunkArgs;

#[cxx::bridge(namespace = "abreast")]
mod bridge {
    /// Sizes of a product, and where A and B lie in their slices.
    struct GemmShape {
        m: i64,
        n: i64,
        k: i64,
        a_offset: i64,
        a_row: i64,
        a_col: i64,
        b_offset: i64,
        b_row: i64,
        b_col: i64,
    }

    // SAFETY: the declarations are those of the header. The functions read the elements that the shape
    // names, write m * n of C and keep no pointer; what they throw, the Result catches.
    unsafe extern "C++" {
        include!("kernels/gemm/gemm.hpp");

        /// # Safety
        /// This CPU has the instructions of `level`; the elements that the shape names lie within `a`
        /// and `b`; `c` has m * n elements; no size is below 0, and none of their products overflows.
        unsafe fn dgemm(
            level: i32,
            shape: &GemmShape,
            alpha: f64,
            a: &[f64],
            b: &[f64],
            beta: f64,
            c: &mut [f64],
        ) -> Result<()>;
        /// # Safety
        /// This CPU has the instructions of `level`; the elements that the shape names lie within `a`
        /// and `b`; `c` has m * n elements; no size is below 0, and none of their products overflows.
        unsafe fn sgemm(
            level: i32,
            shape: &GemmShape,
            alpha: f32,
            a: &[f32],
            b: &[f32],
            beta: f32,
            c: &mut [f32],
        ) -> Result<()>;
    }
}

fn shape<T: Element>(a: MatRef<'_, T>, b: MatRef<'_, T>) -> bridge::GemmShape {
    bridge::GemmShape {
        m: a.rows() as i64,
        n: b.cols() as i64,
        k: a.cols() as i64,
        a_offset: a.shape().offset as i64,
        a_row: a.shape().row_stride as i64,
        a_col: a.shape().col_stride as i64,
        b_offset: b.shape().offset as i64,
        b_row: b.shape().row_stride as i64,
        b_col: b.shape().col_stride as i64,
    }
}

pub(super) fn f64(c: ChunkArgs<'_, '_, Gemm<f64>>) -> Result<(), Error> {
    let Product { alpha, a, b, beta } = Product::of(c.args, c.input, &c.chunk);
    let (level, shape) = (c.level.code(), shape(a, b));
    // SAFETY: a `Level` is one that this CPU has; by `ChunkArgs` the plan has checked that the elements lie
    // within the slices, and `out` is the rows of C.
    let done = unsafe { bridge::dgemm(level, &shape, alpha, a.data(), b.data(), beta, c.out) };
    done.map_err(caught("dgemm", PANELS))
}

pub(super) fn f32(c: ChunkArgs<'_, '_, Gemm<f32>>) -> Result<(), Error> {
    let Product { alpha, a, b, beta } = Product::of(c.args, c.input, &c.chunk);
    let (level, shape) = (c.level.code(), shape(a, b));
    // SAFETY: a `Level` is one that this CPU has; by `ChunkArgs` the plan has checked that the elements lie
    // within the slices, and `out` is the rows of C.
    let done = unsafe { bridge::sgemm(level, &shape, alpha, a.data(), b.data(), beta, c.out) };
    done.map_err(caught("sgemm", PANELS))
}
