//! 37. Measurement traps: three benchmarks that say what is not so.
//!
//! # What goes wrong
//! 1. **The result of every call goes through `black_box`.** That puts a store and a load on the chain
//!    from call to call, and on most CPUs they take longer than the call, which hides behind them: C
//!    looks as cheap as inlined Rust.
//! 2. **The guard stands around what the optimiser can see through.** `catch_unwind` around Rust that
//!    cannot panic is removed together with its cost; around a call that may unwind it is not.
//! 3. **The languages are compiled differently.** `cc -O2` with gcc is not `rustc -O3`: what is compared is
//!    vector code against none, and what is reported is "Rust is faster than C".
//!
//! # The right way
//! 1. [`chain`] hands the result of each call to the next in a register, and only the first and the last
//!    go through `black_box`.
//! 2. [`guarded`] is given a function that may unwind as far as the compiler knows.
//! 3. The C of this crate is compiled at the level that cargo chose for the Rust; reports name the
//!    compilers and their flags.
//!
//! Ten more, which need no second language, are programs of `abreast-compare`: `cargo run --release -p
//! abreast-compare --example traps`; `docs/bias.md` of the repository lists them.
//!
//! Each trap is a pair of pairs in the [index](crate::index), which `abreast patterns` prices: the wrong
//! question and the right one, on your machine.
//!
//! ```
//! use abreast_patterns::measurement_traps::{chain, in_c, in_rust};
//!
//! assert_eq!(chain(1000, in_c), chain(1000, in_rust));
//! ```
//!
//! # The wrong way
//! [`chain_through_memory`], [`guarded`] around [`in_rust`], and [`axpy_at_o2`]: none of them crashes, but
//! their times do not answer the question.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/measurement_traps/measurement_traps.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/measurement_traps/measurement_traps.c"), "```")]
#![allow(unsafe_code)]

use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};

// Pattern: what a step is timed with.

/// `times` steps, each on the result of the one before, held in a register.
#[inline(always)]
pub fn chain(times: u64, step: impl Fn(u64, u64) -> u64) -> u64 {
    let (mut x, y) = black_box((1, 0x9E37_79B9_7F4A_7C15));
    for _ in 0..times {
        x = step(x, y);
    }
    black_box(x)
}

/// The step inside `catch_unwind`: dear or free, depending on what is known of the step.
#[inline(always)]
pub fn guarded(step: impl Fn(u64, u64) -> u64) -> impl Fn(u64, u64) -> u64 {
    move |x, y| catch_unwind(AssertUnwindSafe(|| step(x, y))).unwrap_or(y)
}

// Example: steps and loops to be timed.

/// The declarations of `measurement_traps.h`.
#[allow(missing_docs)]
pub mod raw {
    unsafe extern "C" {
        // Safe: a pure function of two numbers, nothing can be asked of the caller.
        pub safe fn ab_trap_step(x: u64, y: u64) -> u64;
        pub fn ab_trap_axpy_o2(n: usize, a: f64, x: *const f64, y: *mut f64);
        pub fn ab_trap_axpy_o3(n: usize, a: f64, x: *const f64, y: *mut f64);
    }

    /// The same function to a caller who must expect it to unwind.
    #[allow(clashing_extern_declarations, reason = "only the caller's side differs")]
    pub mod may_unwind {
        unsafe extern "C-unwind" {
            // Safe: as above.
            pub safe fn ab_trap_step(x: u64, y: u64) -> u64;
        }
    }
}

/// The step in C.
#[inline(always)]
pub fn in_c(x: u64, y: u64) -> u64 {
    raw::ab_trap_step(x, y)
}

/// The step in C, by a declaration that lets it unwind.
#[inline(always)]
pub fn in_c_that_may_unwind(x: u64, y: u64) -> u64 {
    raw::may_unwind::ab_trap_step(x, y)
}

/// The step in Rust, to be inlined.
#[inline(always)]
pub fn in_rust(x: u64, y: u64) -> u64 {
    (x ^ y).wrapping_add(y)
}

/// `y += a x` in C as -O2 makes it: the third trap.
///
/// # Panics
/// When the lengths differ.
pub fn axpy_at_o2(a: f64, x: &[f64], y: &mut [f64]) {
    assert_eq!(x.len(), y.len(), "x and y must have one length");
    // SAFETY: both have x.len() elements, and a mutable slice overlaps no other.
    unsafe { raw::ab_trap_axpy_o2(x.len(), a, x.as_ptr(), y.as_mut_ptr()) }
}

/// `y += a x` in C as -O3 makes it.
///
/// # Panics
/// When the lengths differ.
pub fn axpy_at_o3(a: f64, x: &[f64], y: &mut [f64]) {
    assert_eq!(x.len(), y.len(), "x and y must have one length");
    // SAFETY: as in `axpy_at_o2`.
    unsafe { raw::ab_trap_axpy_o3(x.len(), a, x.as_ptr(), y.as_mut_ptr()) }
}

/// `y += a x` in Rust.
///
/// # Panics
/// When the lengths differ.
#[inline(never)]
pub fn axpy_in_rust(a: f64, x: &[f64], y: &mut [f64]) {
    assert_eq!(x.len(), y.len(), "x and y must have one length");
    for (x, y) in x.iter().zip(y) {
        *y += a * x;
    }
}

// Counterexample: a chain through memory.

/// The same with every result sent through memory: the first trap.
#[inline(always)]
pub fn chain_through_memory(times: u64, step: impl Fn(u64, u64) -> u64) -> u64 {
    chain(times, |x, y| black_box(step(x, y)))
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_measure_computes_the_same() {
        for times in [0, 1, 2, 1000] {
            let right = (0..times).fold(1, |x, _| in_rust(x, 0x9E37_79B9_7F4A_7C15));
            assert_eq!(chain(times, in_rust), right);
            assert_eq!(chain(times, in_c), right);
            assert_eq!(chain_through_memory(times, in_c), right);
            assert_eq!(chain(times, guarded(in_rust)), right);
            assert_eq!(chain(times, guarded(in_c_that_may_unwind)), right);
        }
    }

    #[test]
    fn the_three_loops_give_the_same_bits() {
        let x: Vec<f64> = (0..101).map(|i| f64::from(i).sqrt()).collect();
        let of = |axpy: fn(f64, &[f64], &mut [f64])| {
            let mut y = vec![0.1; x.len()];
            axpy(1.7, &x, &mut y);
            y.iter().map(|y| y.to_bits()).collect::<Vec<_>>()
        };
        assert_eq!(of(axpy_at_o2), of(axpy_in_rust));
        assert_eq!(of(axpy_at_o3), of(axpy_in_rust));
    }

    #[test]
    #[should_panic(expected = "one length")]
    fn lengths_that_differ_never_reach_c() {
        axpy_at_o2(1.0, &[0.0; 3], &mut [0.0; 2]);
    }
}
