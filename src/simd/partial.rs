//! Vectors that a slice does not fill.

use super::Real;
use fearless_simd::{Simd, SimdBase};

/// Calls a function with the length of a slice, below 16, as a constant: a loop over a length that is
/// known at run time only takes longer than all else in a short call.
macro_rules! by_length {
    ($slice:expr, $function:ident $arguments:tt) => {
        by_length!($slice, $function $arguments, 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    };
    ($slice:expr, $function:ident $arguments:tt, $($n:literal)*) => {{
        // No level has vectors for which these lengths do not suffice.
        const { assert!(T::Native::<S>::LEN <= 16) };
        match $slice.len() {
            $($n => $function::<S, T, $n> $arguments,)*
            _ => $function::<S, T, 0> $arguments,
        }
    }};
}

/// The elements of `from`, which are fewer than a vector has, and zeros.
#[inline(always)]
pub(super) fn load<S: Simd, T: Real>(simd: S, from: &[T]) -> T::Native<S> {
    debug_assert!(from.len() < T::Native::<S>::LEN);
    by_length!(from, load_first(simd, from))
}

#[inline(always)]
fn load_first<S: Simd, T: Real, const N: usize>(simd: S, from: &[T]) -> T::Native<S> {
    let from: &[T; N] = from.first_chunk().expect("chosen by its length");
    T::Native::<S>::from_fn(simd, |i| if i < N { from[i] } else { T::default() })
}

/// The first elements of a vector, as many as there is room for, which is not room for all.
#[inline(always)]
pub(super) fn store<S: Simd, T: Real>(vector: T::Native<S>, to: &mut [T]) {
    debug_assert!(to.len() < T::Native::<S>::LEN);
    by_length!(to, store_first(vector, to));
}

#[inline(always)]
fn store_first<S: Simd, T: Real, const N: usize>(vector: T::Native<S>, to: &mut [T]) {
    let to: &mut [T; N] = to.first_chunk_mut().expect("chosen by its length");
    for i in 0..N.min(T::Native::<S>::LEN) {
        to[i] = vector[i];
    }
}
