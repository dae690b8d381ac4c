//! 31. Cross-language ThinLTO: a C function that Rust inlines.
//!
//! # What goes wrong
//! A call into C is a wall for the optimiser. It costs little by itself, but what stands behind the
//! wall can neither be inlined nor turned into vector code: a loop that calls a tiny C function per
//! element runs ten times as long as the same loop in one language, and the blame goes to "FFI".
//!
//! # The right way
//! First of all [batch](crate::batching): one call for many elements needs no special build. Where the
//! C cannot change, let the linker see through the wall: compile the C to LLVM bitcode and let Rust's
//! linker optimise both together.
//!
//! ```text
//! CC=clang-19 CFLAGS="-O2 -flto=thin" AR=llvm-ar-19 RUSTFLAGS=-Clinker-plugin-lto cargo build --release
//! ```
//!
//! - clang may be older than rustc's LLVM, not newer: lld reads old bitcode. gcc's objects cannot
//!   take part; they are linked as ever, silently. So the proof is the disassembly, not the flags.
//! - rustc links with its own lld on x86-64 Linux; elsewhere add `-Clink-arg=-fuse-ld=lld`.
//! - `-flto=full` on the C side inlined nothing when this was written: `thin` it is.
//! - The declaration stays what it was, and so does its `unsafe`.
//!
//! `scripts/thin-lto` builds one program both ways, fails unless the call is in the loop before and not
//! in it after, and prints the price per element of each.
//!
//! ```
//! use abreast_patterns::thin_lto::cubic_of_all;
//!
//! let mut y = [0.0; 3];
//! cubic_of_all(&[0.0, 1.0, 2.0], &mut y);
//! assert_eq!(y, [0.5, -0.5, 4.5]);
//! ```
//!
//! # The wrong way
//! There is nothing to die of: the wrong way is slow. `scripts/thin-lto` runs it first.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/thin_lto/thin_lto.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/thin_lto/thin_lto.c"), "```")]
#![allow(unsafe_code)]

// Pattern: a call of C for each element, which a linker can inline.

/// The declarations of `thin_lto.h`.
#[allow(missing_docs)]
pub mod raw {
    unsafe extern "C" {
        // Safe: a pure function of a number, nothing can be asked of the caller.
        pub safe fn ab_cubic(x: f64) -> f64;
    }
}

/// `y[i] = x[i]^3 - 2 x[i] + 1/2`, one call into C per element: the loop that ThinLTO is about.
///
/// # Panics
/// When the lengths differ.
#[inline(never)]
pub fn cubic_of_all(x: &[f64], y: &mut [f64]) {
    assert_eq!(x.len(), y.len(), "x and y must have one length");
    for (x, y) in x.iter().zip(y) {
        *y = raw::ab_cubic(*x);
    }
}

// Example: what it is compared with.

/// The same in Rust alone: what the loop could cost.
///
/// # Panics
/// When the lengths differ.
#[inline(never)]
pub fn cubic_of_all_in_rust(x: &[f64], y: &mut [f64]) {
    assert_eq!(x.len(), y.len(), "x and y must have one length");
    for (x, y) in x.iter().zip(y) {
        *y = (x * x - 2.0) * x + 0.5;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inlined_or_not_the_bits_are_the_same() {
        let x: Vec<f64> = (0..1000).map(|i| f64::from(i) * 0.37 - 185.0).collect();
        let (mut c, mut rust) = (vec![0.0; 1000], vec![f64::NAN; 1000]);
        cubic_of_all(&x, &mut c);
        cubic_of_all_in_rust(&x, &mut rust);
        let bits = |y: &[f64]| y.iter().map(|y| y.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&c), bits(&rust));
    }

    #[test]
    #[should_panic(expected = "one length")]
    fn lengths_that_differ_are_refused() {
        cubic_of_all(&[0.0; 2], &mut [0.0; 3]);
    }
}
