//! 8. Who frees: memory goes back to where it came from.
//!
//! # What goes wrong
//! C returns an array and Rust makes a `Vec` or a `Box` of it, because that frees it so nicely. What is
//! freed then is freed by another allocator, with a size that this one was never told. With the same
//! `malloc` below both it even works, until the library aligns its arrays, pools them, or is linked with
//! a C runtime of its own. The other way round, C calls `free` on a `Vec`.
//!
//! # The right way
//! Whoever allocates frees. An array of C's is a [`Nodes`], whose `Drop` calls the function that the
//! header names; it lends its content as a slice, and who wants a `Vec` copies it. An array that C is
//! to own leaves Rust as a boxed slice, whose length is its capacity, together with the function that
//! ends it: [`consumed_by_c`].
//!
//! ```
//! use abreast_patterns::who_frees::{Nodes, consumed_by_c};
//!
//! let nodes = Nodes::new(4)?;
//! assert_eq!(nodes.len(), 4);
//! assert!(nodes[0] > nodes[1], "from 1 down to -1");
//!
//! assert_eq!(consumed_by_c(vec![1.0, 2.0, 3.5]), 6.5);
//! # Ok::<(), abreast_patterns::who_frees::NoMemory>(())
//! ```
//!
//! # The wrong way
//! `boxed_by_rust` makes a `Box` of C's array: the array is aligned, so it does not begin where `malloc`'s
//! block does, and glibc aborts.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/who_frees/who_frees.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/who_frees/who_frees.c"), "```")]
#![allow(unsafe_code)]

use std::ops::Deref;
use std::ptr::NonNull;

// Pattern: memory of C, which C frees, and memory of Rust, which Rust frees.

/// The declarations of `who_frees.h`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    pub type ab_release = unsafe extern "C" fn(data: *mut f64, n: usize);

    unsafe extern "C" {
        // Safe: returns null for more than memory can hold.
        pub safe fn ab_nodes_new(n: usize) -> *mut f64;
        pub fn ab_nodes_free(nodes: *mut f64);
        pub fn ab_nodes_consume(data: *mut f64, n: usize, release: ab_release) -> f64;
        // Example: how many there are.
        // Safe: an atomic counter.
        pub safe fn ab_nodes_live() -> i64;
    }
}

/// The Chebyshev nodes of one size, in memory of C's.
#[derive(Debug)]
pub struct Nodes {
    /// Valid for reads of `n` numbers, until `Drop`.
    first: NonNull<f64>,
    n: usize,
}

// SAFETY: an array that nobody changes and nobody else can reach; C's allocator may be called from any
// thread.
unsafe impl Send for Nodes {}
// SAFETY: as above: sharing it is sharing a slice.
unsafe impl Sync for Nodes {}

/// C had no memory for so many nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("n = {n}: C has no memory for so many nodes")]
pub struct NoMemory {
    /// How many.
    pub n: usize,
}

impl Nodes {
    /// The `n` nodes `cos((i + 1/2) pi / n)`.
    ///
    /// # Errors
    /// [`NoMemory`], also where `n` is too large for any memory.
    pub fn new(n: usize) -> Result<Nodes, NoMemory> {
        if n == 0 {
            // The header has null for this, which is no error: dangling and never given back.
            return Ok(Nodes { first: NonNull::dangling(), n });
        }
        let first = NonNull::new(raw::ab_nodes_new(n)).ok_or(NoMemory { n })?;
        Ok(Nodes { first, n })
    }
}

impl Deref for Nodes {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        // SAFETY: C made n numbers there, aligned, or n is 0 and the pointer dangles as it may; nobody
        // writes while they are alive.
        unsafe { std::slice::from_raw_parts(self.first.as_ptr(), self.n) }
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        if self.n > 0 {
            // SAFETY: made by `ab_nodes_new`, ended here only.
            unsafe { raw::ab_nodes_free(self.first.as_ptr()) }
        }
    }
}

/// The sum of `data` computed by C, which owns the array for that and ends it by calling back.
pub fn consumed_by_c(data: Vec<f64>) -> f64 {
    // A boxed slice: the capacity, which `Vec` needs to free its memory and C cannot tell, is the length.
    let data = data.into_boxed_slice();
    let n = data.len();
    let first = Box::into_raw(data).cast();
    // SAFETY: n numbers that are C's from now on, and the function that takes exactly those back.
    unsafe { raw::ab_nodes_consume(first, n, release) }
}

/// Ends an array that [`consumed_by_c`] gave away. Freeing cannot panic.
///
/// # Safety
/// `data` and `n` are those of a boxed slice that nobody else owns.
unsafe extern "C" fn release(data: *mut f64, n: usize) {
    // SAFETY: pointer and length of a boxed slice, as promised.
    drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(data, n)) });
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// The counter is one for the process: tests that make arrays take turns.
    static COUNTED: Mutex<()> = Mutex::new(());

    fn counted(test: impl FnOnce()) {
        let _turn = COUNTED.lock().unwrap_or_else(|broken| broken.into_inner());
        let before = raw::ab_nodes_live();
        test();
        assert_eq!(raw::ab_nodes_live(), before);
    }

    #[test]
    fn every_array_goes_back_to_c() {
        counted(|| {
            for n in 0..200 {
                let nodes = Nodes::new(n).unwrap();
                assert_eq!(nodes.len(), n);
                assert!(n == 0 || (nodes.as_ptr() as usize).is_multiple_of(64));
                let mut pairs = nodes.iter().zip(nodes.iter().rev());
                assert!(pairs.all(|(a, b)| (a + b).abs() < 1e-15));
                assert_eq!(raw::ab_nodes_live(), i64::from(n > 0));
            }
            std::thread::scope(|threads| {
                let nodes = Nodes::new(3).unwrap();
                threads.spawn(move || drop(nodes));
            });
        });
    }

    #[test]
    fn what_no_memory_can_hold_is_an_error() {
        counted(|| {
            // The last is one that only malloc refuses.
            let most = isize::MAX as usize;
            for n in [usize::MAX, usize::MAX / 8 + 1, usize::MAX / 8, most, most / 8 - 16] {
                assert_eq!(Nodes::new(n).unwrap_err(), NoMemory { n });
            }
        });
    }

    #[test]
    fn c_ends_what_it_was_given() {
        // A vector with room to spare: given away with its capacity lost, it would be freed with
        // another size than it was made with.
        let mut data = Vec::with_capacity(100);
        data.extend([0.5; 3]);
        assert_eq!(consumed_by_c(data), 1.5);
        assert_eq!(consumed_by_c(Vec::new()), 0.0);
    }
}
