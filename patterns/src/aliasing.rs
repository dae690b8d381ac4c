//! 24. Aliasing: an output that is an input is another function.
//!
//! # What goes wrong
//! A kernel with `restrict` was compiled on the promise that its arrays do not overlap. Called with the same
//! buffer twice it does not crash: it returns numbers, and which ones is up to the optimiser - with one
//! gcc right ones at `-O2`, wrong ones at `-O3`, and other wrong ones at `-O0`. Nothing in a C prototype keeps a caller from it, and in the type `(*const f64, *mut f64)` neither.
//!
//! # The right way
//! `&[f64]` and `&mut [f64]` cannot overlap: for safe code the promise of [`neighbours`] holds by type, and
//! there is nothing to check but lengths. Who wants to work in place calls [`neighbours_inplace`], which is
//! another loop, not the same with a shared buffer. For callers whom no compiler watches - C, or Rust
//! with raw pointers - the exported function compares the ranges, as integers, and refuses: a nanosecond
//! per call.
//!
//! ```
//! use abreast_patterns::aliasing::{neighbours, neighbours_inplace};
//!
//! let mut x = [1.0, 2.0, 3.0];
//! let mut y = [0.0; 3];
//! neighbours(&x, &mut y)?;
//! neighbours_inplace(&mut x);
//! assert_eq!((x, y), ([1.0, 3.0, 5.0], [1.0, 3.0, 5.0]));
//! # Ok::<(), abreast_patterns::aliasing::Lengths>(())
//! ```
//!
//! # The wrong way
//! `output_is_input` breaks the promise with raw pointers: the output begins one element after the input.
//! A row of ones must become one 1 and twos; it does not. In safe Rust it cannot be written:
//!
//! ```compile_fail,E0502
//! # use abreast_patterns::aliasing::neighbours;
//! let mut x = [1.0; 8];
//! neighbours(&x, &mut x).unwrap();
//! ```
//!
//! Two halves of one array are no overlap, and the borrow checker can be told so:
//!
//! ```
//! # use abreast_patterns::aliasing::neighbours;
//! let mut x = [1.0; 8];
//! let (from, to) = x.split_at_mut(4);
//! neighbours(from, to).unwrap();
//! ```
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/aliasing/aliasing.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/aliasing/aliasing.c"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/aliasing/wrong.c"), "```")]
#![allow(unsafe_code)]

// Pattern: two functions, one for arrays that do not overlap and one for a single array.

/// The declarations of `aliasing.h`, and the one of `wrong.c`.
#[allow(missing_docs)]
pub mod raw {
    unsafe extern "C" {
        pub fn ab_neighbours(n: usize, x: *const f64, y: *mut f64) -> i32;
        pub fn ab_neighbours_inplace(n: usize, x: *mut f64);
        // Counterexample: of `wrong.c`.
        pub fn ab_neighbours_unchecked(n: usize, x: *const f64, y: *mut f64);
    }
}

/// The arrays have different lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("y has {y} elements: must be as many as x, {x}")]
pub struct Lengths {
    /// Elements of x.
    pub x: usize,
    /// Elements of y.
    pub y: usize,
}

/// y\[0\] = x\[0\], y\[i\] = x\[i\] + x\[i - 1\].
///
/// # Errors
/// [`Lengths`] when they differ; nothing is written.
pub fn neighbours(x: &[f64], y: &mut [f64]) -> Result<(), Lengths> {
    if x.len() != y.len() {
        return Err(Lengths { x: x.len(), y: y.len() });
    }
    // SAFETY: both have the length; C writes y only.
    let status = unsafe { raw::ab_neighbours(x.len(), x.as_ptr(), y.as_mut_ptr()) };
    assert_eq!(status, 0, "a shared and a mutable slice do not overlap");
    Ok(())
}

/// The same in place.
pub fn neighbours_inplace(x: &mut [f64]) {
    // SAFETY: pointer and length are those of a slice that is ours for the call.
    unsafe { raw::ab_neighbours_inplace(x.len(), x.as_mut_ptr()) }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(x: &[f64]) -> Vec<f64> {
        (0..x.len()).map(|i| if i == 0 { x[0] } else { x[i] + x[i - 1] }).collect()
    }

    #[test]
    fn in_place_and_out_of_place_have_the_same_bits() {
        for n in 0..70 {
            let mut x: Vec<f64> = (0..n).map(|i| 1.0 / f64::from(i + 3)).collect();
            let (expected, mut y) = (naive(&x), vec![f64::NAN; x.len()]);
            neighbours(&x, &mut y).unwrap();
            neighbours_inplace(&mut x);
            assert_eq!((x, y), (expected.clone(), expected));
        }
    }

    #[test]
    fn c_refuses_every_overlap_and_nothing_else() {
        const N: usize = 7;
        let before: Vec<f64> = (0..3 * N).map(|i| i as f64).collect();
        for from in 0..=2 * N {
            for to in 0..=2 * N {
                let mut buffer = before.clone();
                let base = buffer.as_mut_ptr();
                // SAFETY: within the buffer.
                let x = unsafe { base.add(from) };
                // SAFETY: within the buffer.
                let y = unsafe { base.add(to) };
                // SAFETY: both have N elements; an overlap is C's to refuse.
                let status = unsafe { raw::ab_neighbours(N, x, y) };
                let overlap = from.abs_diff(to) < N;
                assert_eq!(status, if overlap { -1 } else { 0 }, "{from} {to}");
                let mut expected = before.clone();
                if !overlap {
                    expected[to..to + N].copy_from_slice(&naive(&before[from..from + N]));
                }
                assert_eq!(buffer, expected, "{from} {to}");
            }
        }
    }

    #[test]
    fn different_lengths_are_refused_and_nothing_is_written() {
        let mut y = [7.0; 2];
        let refused = neighbours(&[1.0; 3], &mut y).unwrap_err();
        assert_eq!(refused.to_string(), "y has 2 elements: must be as many as x, 3");
        assert_eq!(y, [7.0; 2]);
        assert_eq!(neighbours(&[], &mut []), Ok(()));
    }
}
