//! One folder per kernel, the same file names in each: `ls src/kernels/*/simd.rs` is one column of
//! the table. Adding a kernel is two lines here; see `docs/adding-a-kernel.md`.

/// Defines the five public functions of a kernel from one that takes the variant: each has the name
/// of its variant, `c`, `c_by_hand`, `cpp`, `rust`, `simd`.
macro_rules! five_functions {
    (@all $doc:tt $args:tt -> $out:ty = $with:path; $($how:literal $name:ident $row:literal)*) => {
        $($crate::kernels::five_functions! { @one $doc $how $name $row $args -> $out = $with })*
    };
    (@one [$(#[$doc:meta])*] $how:literal $name:ident $row:literal
     ($($arg:ident: $type:ty),*) -> $out:ty = $with:path) => {
        $(#[$doc])*
        ///
        #[doc = concat!("This is the variant in ", $how)]
        #[inline]
        pub fn $name($($arg: $type),*) -> Result<$out, $crate::Error> {
            $with($crate::kernel::Variant::row::<$row>(), $($arg),*)
        }
    };
    ($(#[$doc:meta])* ($($args:tt)*) -> $out:ty = $with:path) => {
        $crate::kernels::five_functions! {
            @all [$(#[$doc])*] ($($args)*) -> $out = $with;
            "C, declared by bindgen." c 0
            "C, declared by hand." c_by_hand 1
            "C++ through cxx." cpp 2
            "plain Rust." rust 3
            "explicit SIMD." simd 4
        }
    };
}
pub(crate) use five_functions;

/// Makes the registry, in the order of every table, and gathers the plain functions for the top of
/// the crate.
macro_rules! register {
    ($($folder:ident: $($kernel:ty),+; $($function:ident),+;)*) => {
        /// Every kernel of the crate, in the order of every table.
        pub static REGISTRY: &[crate::kernel::Entry] = &[
            $($({ use $folder::*; crate::kernel::Entry::of::<$kernel>() }),+),*
        ];

        /// The kernels as plain functions: the fastest variant at the best level here.
        pub mod plain {
            $(pub use super::$folder::{$($function),+};)*
        }
    };
}
pub mod axpy;
pub mod conditional_range_sum;
pub mod dot;
pub mod escape;
pub mod gemm;
pub mod pi;
pub mod range_sum;
pub mod sum;

register! {
    // folder: its kernels; its plain functions
    range_sum: RangeSum, RangeSums; range_sum, range_sums, range_sum_folded, range_sum_formula;
    conditional_range_sum: ConditionalRangeSum; conditional_range_sum;
    sum: Sum<f64>, Sum<f32>, SumArange; sum, sum_arange;
    dot: Dot<f64>, Dot<f32>; dot;
    axpy: Axpy<f64>, Axpy<f32>; axpy;
    gemm: Gemm<f64>, Gemm<f32>; gemm, MatMut, MatRef;
    pi: Pi; pi, pi_hits;
    escape: Escape; escape;
}
