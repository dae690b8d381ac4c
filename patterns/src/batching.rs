//! 21. Batching: one crossing for many elements.
//!
//! # What goes wrong
//! A loop in Rust calls C for every element, and "FFI is slow". It is not: the call costs a nanosecond or
//! two, but an element of cheap work costs less than that, and no compiler vectorises a loop with a call in
//! it that it cannot look into. An interface of one element per call has another price: somebody has to
//! remember where it stands, and it is often the library, for all callers together.
//!
//! # The right way
//! The function that crosses takes a slice; who has a buffer uses [`fill`]. Who wants elements one by one
//! gets them from [`Points`], an iterator that asks C for a block at a time and keeps its own place: the
//! reader's code does not change, and the crossing is paid once in 256 elements. The bits are the same in
//! any blocks, and a test says so: batching must not be an approximation.
//!
//! The block is on the iterator, not on the heap, and small enough to stay in the first-level cache.
//! Points that are never asked for are computed in vain, at most one block of them; where elements are
//! dear, or their order has effects, a block of one is right and the crossing does not matter.
//!
//! ```
//! use abreast_patterns::batching::{Points, fill, point};
//!
//! let mut block = [0.0; 1000];
//! fill(7, &mut block);
//! assert_eq!(block[3].to_bits(), point(10).to_bits());
//! let mean = Points::from(0).take(10_000).sum::<f64>() / 1e4;
//! assert!((mean - 0.5).abs() < 1e-3);
//! ```
//!
//! # The wrong way
//! `next_is_kept_by_the_library`: the interface of one point per call that remembers its place in a static.
//! Two loops that take turns get every second point each, and both integrate something else.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/batching/batching.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/batching/batching.c"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/batching/wrong.c"), "```")]
#![allow(unsafe_code)]

// Pattern: one crossing for many elements, handed out one by one.

/// The declarations of `batching.h`, and the one of `wrong.c`.
#[allow(missing_docs)]
pub mod raw {
    unsafe extern "C" {
        pub fn ab_kronecker_many(first: u64, n: usize, out: *mut f64);
        // Example: one point.
        // Safe: a function of a number, in arithmetic that wraps.
        pub safe fn ab_kronecker(i: u64) -> f64;
        // Counterexample: of `wrong.c`.
        pub fn ab_kronecker_next() -> f64;
    }
}

/// The points from `first` on: one crossing for all. After point 2^64 - 1 comes point 0.
pub fn fill(first: u64, out: &mut [f64]) {
    // SAFETY: pointer and length are those of a slice that is ours for the call.
    unsafe { raw::ab_kronecker_many(first, out.len(), out.as_mut_ptr()) }
}

/// Elements per crossing of [`Points`]: two kilobytes, and a crossing for 256 is not worth counting.
const BLOCK: usize = 256;

/// The sequence without end, one by one for the reader, in blocks for C.
#[derive(Debug, Clone)]
pub struct Points {
    block: [f64; BLOCK],
    /// The first of `block` that has not been given out.
    at: usize,
    /// The index that follows the block.
    next: u64,
}

impl Points {
    /// The points from `first` on. Crosses when the first one is asked for.
    pub fn from(first: u64) -> Points {
        Points { block: [0.0; BLOCK], at: BLOCK, next: first }
    }
}

impl Iterator for Points {
    type Item = f64;

    #[inline]
    fn next(&mut self) -> Option<f64> {
        if self.at == BLOCK {
            fill(self.next, &mut self.block);
            self.next = self.next.wrapping_add(BLOCK as u64);
            self.at = 0;
        }
        let point = self.block[self.at];
        self.at += 1;
        Some(point)
    }
}

// Example: one point, and tests.

/// Point `i` of Kronecker's sequence, the fraction of `i` times the golden ratio: one crossing.
pub fn point(i: u64) -> f64 {
    raw::ab_kronecker(i)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_by_one(first: u64, n: usize) -> Vec<u64> {
        (0..n as u64).map(|i| point(first.wrapping_add(i)).to_bits()).collect()
    }

    #[test]
    fn blocks_of_any_size_have_the_bits_of_single_points() {
        for n in [0, 1, 2, 7, 255, 256, 257, 1000] {
            for first in [0, 1, 1 << 40, u64::MAX - 3] {
                let mut out = vec![f64::NAN; n];
                fill(first, &mut out);
                let bits: Vec<u64> = out.iter().map(|x| x.to_bits()).collect();
                assert_eq!(bits, one_by_one(first, n), "{n} from {first}");
            }
        }
    }

    #[test]
    fn the_iterator_has_no_seam_between_blocks() {
        for first in [0, 77, u64::MAX - 300] {
            let bits: Vec<u64> =
                Points::from(first).take(3 * BLOCK + 1).map(f64::to_bits).collect();
            assert_eq!(bits, one_by_one(first, 3 * BLOCK + 1));
        }
    }

    #[test]
    fn iterators_do_not_know_of_each_other() {
        let (mut a, mut b) = (Points::from(5), Points::from(5));
        for _ in 0..600 {
            assert_eq!(a.next().map(f64::to_bits), b.next().map(f64::to_bits));
        }
        let mut copy = a.clone();
        assert!(a.by_ref().take(300).eq(copy.by_ref().take(300)));
    }
}
