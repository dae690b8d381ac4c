//! Calls of C and of crates that take pointers, behind functions that check the lengths.
#![allow(unsafe_code)]

use crate::matrix::Shape;
use std::ffi::{c_int, c_void};

/// The loops of `csrc/loops.c`, compiled with one set of flags.
macro_rules! loops {
    ($module:ident: $dot:ident $sum:ident $axpy:ident, $dot32:ident $sum32:ident $axpy32:ident) => {
        pub mod $module {
            unsafe extern "C" {
                fn $dot(n: usize, x: *const f64, y: *const f64) -> f64;
                fn $sum(n: usize, x: *const f64) -> f64;
                fn $axpy(n: usize, a: f64, x: *const f64, y: *mut f64);
                fn $dot32(n: usize, x: *const f32, y: *const f32) -> f32;
                fn $sum32(n: usize, x: *const f32) -> f32;
                fn $axpy32(n: usize, a: f32, x: *const f32, y: *mut f32);
            }
            super::loops!(@of f64 $dot $sum $axpy);
            super::loops!(@of f32 $dot32 $sum32 $axpy32);
        }
    };
    (@of $real:ident $dot:ident $sum:ident $axpy:ident) => {
        pub mod $real {
            #[inline]
            pub fn dot(x: &[$real], y: &[$real]) -> $real {
                assert_eq!(x.len(), y.len());
                // SAFETY: both have so many numbers, which are only read.
                unsafe { super::$dot(x.len(), x.as_ptr(), y.as_ptr()) }
            }

            #[inline]
            pub fn sum(x: &[$real]) -> $real {
                // SAFETY: there are so many numbers, which are only read.
                unsafe { super::$sum(x.len(), x.as_ptr()) }
            }

            #[inline]
            pub fn axpy(a: $real, x: &[$real], y: &mut [$real]) {
                assert_eq!(x.len(), y.len());
                // SAFETY: both have so many numbers; x is only read and y is ours to write.
                unsafe { super::$axpy(x.len(), a, x.as_ptr(), y.as_mut_ptr()) }
            }
        }
    };
}
use loops;

loops!(o3: peers_dot_f64_o3 peers_sum_f64_o3 peers_axpy_f64_o3,
    peers_dot_f32_o3 peers_sum_f32_o3 peers_axpy_f32_o3);
loops!(native: peers_dot_f64_native peers_sum_f64_native peers_axpy_f64_native,
    peers_dot_f32_native peers_sum_f32_native peers_axpy_f32_native);
loops!(fast: peers_dot_f64_fast peers_sum_f64_fast peers_axpy_f64_fast,
    peers_dot_f32_fast peers_sum_f32_fast peers_axpy_f32_fast);

/// The loops of `csrc/counts.c`, compiled with one set of flags.
macro_rules! counts {
    ($module:ident: $range:ident $conditional:ident $escape:ident $pi:ident) => {
        pub mod $module {
            unsafe extern "C" {
                safe fn $range(n: i64) -> i64;
                safe fn $conditional(n: i64) -> i64;
                safe fn $pi(n: u64, seed: u64) -> u64;
                fn $escape(
                    n: usize,
                    re: *const f64,
                    im: *const f64,
                    julia: *const f64,
                    most: u32,
                    counts: *mut u32,
                );
            }

            pub fn range_sum(n: i64) -> i64 {
                $range(n)
            }

            pub fn conditional_range_sum(n: i64) -> i64 {
                $conditional(n)
            }

            /// Hits among the points of SplitMix64.
            pub fn pi(n: u64, seed: u64) -> u64 {
                $pi(n, seed)
            }

            pub fn escape(points: &crate::counts::Points, counts: &mut [u32]) {
                let crate::counts::Points { re, im, julia, most, .. } = points;
                assert!(re.len() == counts.len() && im.len() == counts.len());
                let julia = julia.as_ref().map_or(std::ptr::null(), |c| c.as_ptr());
                // SAFETY: re, im and counts have so many numbers, and julia is null or points to two.
                unsafe {
                    $escape(
                        counts.len(),
                        re.as_ptr(),
                        im.as_ptr(),
                        julia,
                        *most,
                        counts.as_mut_ptr(),
                    )
                }
            }
        }
    };
}

pub mod counted {
    counts!(o3: peers_range_sum_o3 peers_conditional_range_sum_o3 peers_escape_o3 peers_pi_same_points_o3);
    counts!(native: peers_range_sum_native peers_conditional_range_sum_native peers_escape_native
        peers_pi_same_points_native);
}

/// C <- A B for dense matrices that lie row after row, by the crates that take pointers.
macro_rules! products {
    ($real:ident $product:ident) => {
        pub mod $real {
            use super::Shape;

            pub fn matrixmultiply(shape: Shape, a: &[$real], b: &[$real], c: &mut [$real]) {
                shape.check(a.len(), b.len(), c.len());
                let (k, n) = (shape.k as isize, shape.n as isize);
                // SAFETY: the three matrices fill their slices, and c is ours to write.
                unsafe {
                    matrixmultiply::$product(
                        shape.m,
                        shape.k,
                        shape.n,
                        1.0,
                        a.as_ptr(),
                        k,
                        1,
                        b.as_ptr(),
                        n,
                        1,
                        0.0,
                        c.as_mut_ptr(),
                        n,
                        1,
                    );
                }
            }

            pub fn gemm(shape: Shape, a: &[$real], b: &[$real], c: &mut [$real]) {
                shape.check(a.len(), b.len(), c.len());
                let (k, n) = (shape.k as isize, shape.n as isize);
                // SAFETY: the three matrices fill their slices, and c is ours to write.
                unsafe {
                    gemm::gemm(
                        shape.m,
                        shape.n,
                        shape.k,
                        c.as_mut_ptr(),
                        1,
                        n,
                        false,
                        a.as_ptr(),
                        1,
                        k,
                        b.as_ptr(),
                        1,
                        n,
                        0.0,
                        1.0,
                        false,
                        false,
                        false,
                        gemm::Parallelism::None,
                    );
                }
            }
        }
    };
}

pub mod product {
    use super::Shape;
    products!(f64 dgemm);
    products!(f32 sgemm);
}

/// How OpenMP hands out the iterations of a loop.
#[derive(Debug, Clone, Copy)]
pub enum Schedule {
    Static,
    Dynamic,
}

type Task = extern "C" fn(*const c_void, usize);

#[cfg(openmp)]
unsafe extern "C" {
    fn peers_omp_static(threads: c_int, n: usize, run: Task, of: *const c_void);
    fn peers_omp_dynamic(threads: c_int, n: usize, run: Task, of: *const c_void);
}

/// Calls `run` once for each of `0..n`, in an OpenMP loop on so many threads. It must not panic.
#[cfg(openmp)]
pub fn openmp<F: Fn(usize) + Sync>(schedule: Schedule, threads: usize, n: usize, run: &F) {
    extern "C" fn call<F: Fn(usize) + Sync>(of: *const c_void, i: usize) {
        // SAFETY: `of` is the closure below, which lives until the loop has ended, and is Sync.
        (unsafe { &*of.cast::<F>() })(i)
    }
    let of = std::ptr::from_ref(run).cast();
    let looped = match schedule {
        Schedule::Static => peers_omp_static,
        Schedule::Dynamic => peers_omp_dynamic,
    };
    // SAFETY: call::<F> takes a pointer to an F, and an OpenMP loop ends before it returns.
    unsafe { looped(threads as c_int, n, call::<F>, of) }
}

/// Why there is no OpenMP, if so.
pub const NO_OPENMP: Option<&str> =
    if cfg!(openmp) { None } else { Some("the C compiler has no OpenMP") };

/// Stands for the loop where the compiler has none: its variants are skipped.
#[cfg(not(openmp))]
pub fn openmp<F: Fn(usize) + Sync>(_: Schedule, _: usize, _: usize, _: &F) {
    unreachable!("skipped: there is no OpenMP")
}

/// What this CPU can do at most, by `csrc/limits.c`.
#[cfg(limits)]
pub mod limit {
    unsafe extern "C" {
        fn peers_limit_sums(n: u64);
        fn peers_limit_points(n: u64);
    }

    /// Why there is no limit to be measured, if so.
    pub fn missing() -> Option<&'static str> {
        let has = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512dq");
        (!has).then_some("this CPU has no AVX-512")
    }

    /// The operations for a sum of `n` indices.
    #[inline]
    pub fn sums(n: u64) {
        assert!(missing().is_none());
        // SAFETY: this CPU has the instructions, and the registers that they write are named.
        unsafe { peers_limit_sums(n) }
    }

    /// The operations for `n` random points.
    #[inline]
    pub fn points(n: u64) {
        assert!(missing().is_none());
        // SAFETY: this CPU has the instructions, and the registers that they write are named.
        unsafe { peers_limit_points(n) }
    }
}

#[cfg(not(limits))]
pub mod limit {
    pub fn missing() -> Option<&'static str> {
        Some("limits.c is for x86-64")
    }

    pub fn sums(_: u64) {}

    pub fn points(_: u64) {}
}
