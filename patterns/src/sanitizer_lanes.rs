//! 27. Sanitizer lanes: both halves are watched while the tests run.
//!
//! # What goes wrong
//! The compiler proves nothing about C. A test that reads one element too far passes, on this machine,
//! today; two threads in one library pass until they meet. The sanitizers find both, but a lane that is
//! not really instrumented is as green as one without bugs, and a lane that reports what is no bug is
//! soon switched off.
//!
//! # The right way
//! | lane | finds | how |
//! |---|---|---|
//! | `scripts/sanitize` | wrong addresses, leaks and undefined arithmetic in C and C++ | stable Rust and gcc: objects instrumented through `CFLAGS`, gcc's static libasan and libubsan linked whole |
//! | the same with `--full` | the same, and wrong addresses and leaks in Rust | a standard library that is instrumented too (`-Zbuild-std`), and clang of the same LLVM for the C |
//! | `scripts/sanitize-threads` | data races, in C and in Rust | as the second |
//! | `scripts/memcheck` | wrong addresses, mismatched frees, leaks | valgrind as cargo's runner: no build of its own |
//!
//! Each lane first proves that it can fail: seeded bugs must be reported, in each language that the lane claims
//! to watch, and `nm` must find the runtime in what was built. C that is instrumented says nothing of Rust: a write
//! past a `Vec` through a raw pointer is missed in the first lane and found in the second. Where a tool is missing
//! a lane says so and is skipped, loudly.
//!
//! **Races need the whole program instrumented.** With C alone under ThreadSanitizer, a lock of Rust's
//! standard library is invisible to it, and whatever that lock guards is reported, wrongly. Whoever
//! must do with that tells it where the lock is: [`Guarded`] takes a `Mutex` and leaves a note,
//! `__tsan_acquire` and `__tsan_release`, behind two functions that are empty in every other build.
//!
//! ```
//! use abreast_patterns::sanitizer_lanes::{Guarded, Histogram};
//!
//! let histogram = Guarded::new(Histogram::new(4));
//! std::thread::scope(|threads| {
//!     for _ in 0..2 {
//!         threads.spawn(|| histogram.with(|h| h.add(&[0.1, 0.3, 0.35, 0.9])));
//!     }
//! });
//! assert_eq!(histogram.with(|h| h.counts().to_vec()), [2, 4, 0, 2]);
//! ```
//!
//! # The wrong way
//! `ci/mutants` holds two dozen bugs in C and C++ and half a dozen in Rust for the address lane, and for the
//! race lane a worker's counter that is no atomic, a result that its flag does not order, and memory that one thread
//! frees while another reads it. In C there are the counterexamples in which two threads have one thing: a race in
//! [`thread_contracts`](crate::thread_contracts), and memory that one thread frees while the other needs
//! it in [`stored_callback`](crate::stored_callback) and [`completion_waker`](crate::completion_waker).
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/sanitizer_lanes/sanitizer_lanes.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/sanitizer_lanes/sanitizer_lanes.c"), "```")]
#![allow(unsafe_code)]

use std::sync::{Mutex, PoisonError};

// Pattern: a lock that ThreadSanitizer hears of.

/// The declarations of `sanitizer_lanes.h`.
#[allow(missing_docs)]
pub mod raw {
    use std::ffi::c_void;

    unsafe extern "C" {
        pub fn ab_note_acquired(lock: *mut c_void);
        pub fn ab_note_released(lock: *mut c_void);
        // Example: what the lock is held for.
        pub fn ab_histogram_add(counts: *mut u64, bins: usize, x: *const f64, n: usize);
    }
}

/// A value behind a lock that ThreadSanitizer hears of even where the standard library is not
/// instrumented.
#[derive(Debug)]
pub struct Guarded<T> {
    value: Mutex<T>,
}

impl<T> Guarded<T> {
    /// The value, guarded.
    pub fn new(value: T) -> Guarded<T> {
        Guarded { value: Mutex::new(value) }
    }

    /// Does something with the value while nobody else does. A panic inside leaves the value as it is
    /// then to the next.
    pub fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> R {
        let mut value = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        let _noted = Noted::new(&self.value);
        act(&mut value)
        // The note is dropped before the lock: it must say "released" while it is still held.
    }
}

/// Says that a lock is held, for as long as it lives.
struct Noted(*mut std::ffi::c_void);

impl Noted {
    fn new<T>(lock: &Mutex<T>) -> Noted {
        let address = std::ptr::from_ref(lock).cast_mut().cast();
        // SAFETY: the address is a name for the lock; nobody reads or writes there.
        unsafe { raw::ab_note_acquired(address) };
        Noted(address)
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        // SAFETY: as in `new`.
        unsafe { raw::ab_note_released(self.0) }
    }
}

// Example: what the lock is held for, and tests.

/// Counts of samples in equal parts of [0, 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    counts: Vec<u64>,
}

impl Histogram {
    /// All counts are zero.
    ///
    /// # Panics
    /// Without a bin.
    pub fn new(bins: usize) -> Histogram {
        assert!(bins > 0, "bins = 0: a histogram has at least one");
        Histogram { counts: vec![0; bins] }
    }

    /// Adds samples; those outside [0, 1), NaN among them, are left out.
    pub fn add(&mut self, x: &[f64]) {
        let counts = self.counts.as_mut_ptr();
        // SAFETY: both pointers come with the length of what they point to, there is at least one
        // counter, and `&mut self` keeps every other thread out.
        unsafe { raw::ab_histogram_add(counts, self.counts.len(), x.as_ptr(), x.len()) }
    }

    /// The counts so far.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn no_sample_is_lost_between_threads() {
        let histogram = Guarded::new(Histogram::new(10));
        let x: Vec<f64> = (0..1000).map(|i| f64::from(i) / 1000.0).collect();
        std::thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(|| (0..50).for_each(|_| histogram.with(|h| h.add(&x))));
            }
        });
        let counts = histogram.with(|h| h.counts().to_vec());
        assert_eq!(counts, [8 * 50 * 100; 10]);
    }

    #[test]
    fn what_is_outside_is_left_out() {
        let mut histogram = Histogram::new(3);
        histogram.add(&[-0.1, 1.0, f64::NAN, f64::INFINITY, -f64::MIN_POSITIVE]);
        histogram.add(&[]);
        assert_eq!(histogram.counts(), [0, 0, 0]);
        histogram.add(&[0.0, 1.0 - f64::EPSILON / 2.0]);
        assert_eq!(histogram.counts(), [1, 0, 1]);
    }

    #[test]
    #[should_panic(expected = "bins = 0")]
    fn a_histogram_without_bins_is_refused() {
        Histogram::new(0);
    }

    #[test]
    fn a_panic_under_the_lock_gives_it_back() {
        let guarded = Guarded::new(1);
        let panicked = catch_unwind(AssertUnwindSafe(|| guarded.with(|_| panic!("inside"))));
        assert!(panicked.is_err());
        assert_eq!(guarded.with(|value| *value), 1);
    }
}
