//! `gemm` in C++, through a cxx bridge: slices cross as slices, C++ exceptions come back as errors.
#![allow(unsafe_code)]

use super::blocked::Product;
use super::{Element, Gemm, MatRef, PANELS};
use crate::Error;
use crate::ffi::caught;
use crate::kernel::Part;

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

    // SAFETY: the functions read the elements that the shape names and write m * n of C. They are
    // called below with nothing but the shape of a `Part`, whose plan has checked that all of
    // these lie within the slices; its level is one this CPU has. They keep no pointer.
    unsafe extern "C++" {
        include!("kernels/gemm/gemm.hpp");

        fn dgemm(
            level: i32,
            shape: &GemmShape,
            alpha: f64,
            a: &[f64],
            b: &[f64],
            beta: f64,
            c: &mut [f64],
        ) -> Result<()>;
        fn sgemm(
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

pub(super) fn f64(part: Part<'_, '_, Gemm<f64>>) -> Result<(), Error> {
    let p = part.open();
    let Product { alpha, a, b, beta } = Product::of(p.args, p.input, &p.chunk);
    let (level, shape) = (p.level.code(), shape(a, b));
    bridge::dgemm(level, &shape, alpha, a.data(), b.data(), beta, p.out)
        .map_err(caught("dgemm", PANELS))
}

pub(super) fn f32(part: Part<'_, '_, Gemm<f32>>) -> Result<(), Error> {
    let p = part.open();
    let Product { alpha, a, b, beta } = Product::of(p.args, p.input, &p.chunk);
    let (level, shape) = (p.level.code(), shape(a, b));
    bridge::sgemm(level, &shape, alpha, a.data(), b.data(), beta, p.out)
        .map_err(caught("sgemm", PANELS))
}
