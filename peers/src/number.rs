//! What the groups need of `f64` and of `f32`, so that each is written once.

use crate::blas::{Blas, Calls};
use crate::foreign::{fast, native, o3, product};
use crate::matrix::Shape;
use abreast::kernels::{axpy, dot, gemm, sum};
use abreast_compare::{Agree, Within};

pub trait Number:
    dot::Element
    + sum::Element
    + axpy::Element
    + gemm::Element
    + nalgebra::RealField
    + faer::traits::ComplexField<Canonical = Self>
    + ndarray::LinalgScalar
    + ndarray::ScalarOperand
    + std::iter::Sum
    + Agree
    + Default
    + Copy
{
    /// As in the names of the rows.
    const TYPE: &'static str;
    /// Adding in another order gives other bits: all numbers are positive, so relative bounds hold.
    const WITHIN: f64;

    fn of(x: f64) -> Self;
    fn calls(blas: &'static Blas) -> &'static Calls<Self>;
    fn c_loops() -> [CLoops<Self>; 3];
    fn numkong_dot(x: &[Self], y: &[Self]) -> Self;
    fn matrixmultiply(shape: Shape, a: &[Self], b: &[Self], c: &mut [Self]);
    fn gemm_crate(shape: Shape, a: &[Self], b: &[Self], c: &mut [Self]);
}

/// The C loops as one set of flags makes them.
pub struct CLoops<T> {
    pub flags: &'static str,
    pub dot: fn(&[T], &[T]) -> T,
    pub sum: fn(&[T]) -> T,
    pub axpy: fn(T, &[T], &mut [T]),
}

pub fn within<T: Number>() -> Within {
    Within::relative(T::WITHIN)
}

macro_rules! number {
    ($real:ident, $within:literal) => {
        impl Number for $real {
            const TYPE: &'static str = stringify!($real);
            const WITHIN: f64 = $within;

            fn of(x: f64) -> Self {
                x as $real
            }

            fn calls(blas: &'static Blas) -> &'static Calls<Self> {
                &blas.$real
            }

            fn c_loops() -> [CLoops<Self>; 3] {
                let loops = |flags, dot, sum, axpy| CLoops { flags, dot, sum, axpy };
                [
                    loops("-O3", o3::$real::dot, o3::$real::sum, o3::$real::axpy),
                    loops("native", native::$real::dot, native::$real::sum, native::$real::axpy),
                    loops("fast-math", fast::$real::dot, fast::$real::sum, fast::$real::axpy),
                ]
            }

            #[cfg(feature = "numkong")]
            #[inline]
            fn numkong_dot(x: &[Self], y: &[Self]) -> Self {
                numkong::Dot::dot(x, y).expect("equal lengths") as $real
            }

            #[cfg(not(feature = "numkong"))]
            fn numkong_dot(_: &[Self], _: &[Self]) -> Self {
                unreachable!("skipped: built without numkong")
            }

            #[inline]
            fn matrixmultiply(shape: Shape, a: &[Self], b: &[Self], c: &mut [Self]) {
                product::$real::matrixmultiply(shape, a, b, c);
            }

            #[inline]
            fn gemm_crate(shape: Shape, a: &[Self], b: &[Self], c: &mut [Self]) {
                product::$real::gemm(shape, a, b, c);
            }
        }
    };
}

// In single precision a plain loop over a million numbers loses most.
number!(f64, 1e-11);
number!(f32, 1e-3);
