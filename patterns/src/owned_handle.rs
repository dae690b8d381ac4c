//! 6. Owned handle: C makes it, `Drop` ends it, once.
//!
//! # What goes wrong
//! A handle that is a raw pointer can be forgotten (a leak), ended twice (the allocator aborts, or
//! worse, does not) or used after its end. C's only defence is the comment in the header.
//!
//! # The right way
//! [`Rng`] is the only owner of its pointer: it cannot be copied, and [`Drop`] ends it on every way
//! out, panics included. `NonNull` makes `Option<Rng>` as large as the pointer, and [`Rng::new`]
//! turns C's null into an error before anybody can hold it. To hand the pointer to code that wants
//! to own it there is [`Rng::into_raw`], and back again [`Rng::from_raw`].
//!
//! C counts what is alive. The counter costs an atomic addition, and turns "no leaks" from a hope into
//! an assertion that any test can make, without a sanitizer.
//!
//! ```
//! use abreast_patterns::owned_handle::Rng;
//!
//! let mut rng = Rng::new(42)?;
//! let mut first = [0.0; 2];
//! rng.fill(&mut first);
//! assert!(first.iter().all(|x| (0.0..1.0).contains(x)));
//! assert_ne!(first[0], first[1]);
//! # Ok::<(), abreast_patterns::owned_handle::NoMemory>(())
//! ```
//!
//! # The wrong way
//! `ended_twice` frees a copy of the pointer again: glibc notices and aborts. `never_ended` forgets it:
//! the counter still says 1 when nothing owns the generator any more.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/owned_handle/owned_handle.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/owned_handle/owned_handle.c"), "```")]
#![allow(unsafe_code)]

use std::ptr::NonNull;

// Pattern: C makes it, `Drop` ends it, once.

/// The declarations of `owned_handle.h`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    /// What only C can look into.
    #[repr(C)]
    pub struct ab_rng {
        opaque: [u8; 0],
        // Neither Send nor Sync nor Unpin: who wraps it says what holds.
        marker: std::marker::PhantomData<(*mut u8, std::marker::PhantomPinned)>,
    }

    unsafe extern "C" {
        pub fn ab_rng_new(seed: u64) -> *mut ab_rng;
        pub fn ab_rng_free(rng: *mut ab_rng);
        // Example: what is done with a handle, and how many there are.
        pub fn ab_rng_fill(rng: *mut ab_rng, n: usize, out: *mut f64);
        // Safe: an atomic counter.
        pub safe fn ab_rng_live() -> i64;
    }
}

/// A generator that C keeps the state of.
#[derive(Debug)]
pub struct Rng(NonNull<raw::ab_rng>);

// SAFETY: C keeps the state behind the pointer and nowhere else, in no thread-local; it may be used
// from any thread, one at a time, which `&mut self` sees to. Sync would be true but empty: there is
// nothing to do with a `&Rng`.
unsafe impl Send for Rng {}

/// C had no memory for another generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("C has no memory for another generator")]
pub struct NoMemory;

impl Rng {
    /// A generator at the start of the sequence that belongs to `seed`.
    ///
    /// # Errors
    /// [`NoMemory`] when C says so.
    pub fn new(seed: u64) -> Result<Rng, NoMemory> {
        // SAFETY: any seed will do; the result is null or ours to end.
        let made = unsafe { raw::ab_rng_new(seed) };
        NonNull::new(made).map(Rng).ok_or(NoMemory)
    }

    /// Gives the handle away: whoever gets the pointer has to end it, with `ab_rng_free` or through
    /// [`Rng::from_raw`].
    pub fn into_raw(self) -> NonNull<raw::ab_rng> {
        std::mem::ManuallyDrop::new(self).0
    }

    /// Takes a handle that somebody gives away.
    ///
    /// # Safety
    /// `handle` comes from `ab_rng_new` or [`Rng::into_raw`], has not been ended, and nobody else
    /// uses it from now on.
    pub unsafe fn from_raw(handle: NonNull<raw::ab_rng>) -> Rng {
        Rng(handle)
    }

    // Example: what is done with a handle, and how many there are.

    /// Writes the next numbers of the sequence, each in [0, 1).
    pub fn fill(&mut self, out: &mut [f64]) {
        // SAFETY: the handle is alive until Drop and ours alone for the call; pointer and length are
        // those of a slice.
        unsafe { raw::ab_rng_fill(self.0.as_ptr(), out.len(), out.as_mut_ptr()) }
    }

    /// How many generators C has alive: those of this type and those that were given away.
    pub fn live() -> i64 {
        raw::ab_rng_live()
    }
}

impl Drop for Rng {
    fn drop(&mut self) {
        // SAFETY: made by `ab_rng_new`, ended nowhere else: the type is not Copy, and `into_raw`
        // does not come here.
        unsafe { raw::ab_rng_free(self.0.as_ptr()) }
    }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// The counter is one for the process: tests that read it take turns.
    static COUNTED: Mutex<()> = Mutex::new(());

    fn counted(test: impl FnOnce()) {
        let _turn = COUNTED.lock().unwrap_or_else(|broken| broken.into_inner());
        let before = Rng::live();
        test();
        assert_eq!(Rng::live(), before);
    }

    #[test]
    fn nothing_is_left_whichever_way_out() {
        counted(|| {
            let early = |leave: bool| -> Result<f64, NoMemory> {
                let mut rng = Rng::new(7)?;
                if leave {
                    return Err(NoMemory);
                }
                let mut x = [0.0];
                rng.fill(&mut x);
                Ok(x[0])
            };
            for round in 0..10_000 {
                assert_eq!(early(round % 2 == 0).is_err(), round % 2 == 0);
            }
            let panicked = std::panic::catch_unwind(|| {
                let _rng = Rng::new(7);
                panic!("on the way");
            });
            assert!(panicked.is_err());
        });
    }

    #[test]
    fn given_away_and_taken_back_it_goes_on_where_it_was() {
        counted(|| {
            let (mut straight, mut passed) = (Rng::new(3).unwrap(), Rng::new(3).unwrap());
            let (mut a, mut b) = ([0.0; 8], [0.0; 8]);
            straight.fill(&mut a);
            passed.fill(&mut b[..4]);
            let handle = passed.into_raw();
            // SAFETY: from `into_raw`, and used nowhere else.
            let mut passed = unsafe { Rng::from_raw(handle) };
            passed.fill(&mut b[4..]);
            assert_eq!(a.map(f64::to_bits), b.map(f64::to_bits));
        });
    }

    #[test]
    fn another_thread_may_end_it() {
        counted(|| {
            let rng = Rng::new(1).unwrap();
            std::thread::spawn(move || drop(rng)).join().unwrap();
        });
    }
}
