//! 10. Retained pointer: what C keeps a pointer to, lives as long as C may look.
//!
//! # What goes wrong
//! `set_taps(ctx, taps.as_ptr(), n)` returns, `taps` goes out of scope, and the next call of *another*
//! function reads freed memory. Nothing in the call that was wrong shows it: the pointer was valid then.
//! A guard that takes the pointer back when it is dropped is not enough either, since `mem::forget` is
//! safe and lets the guard's buffer be freed or reused while C still has it.
//!
//! # The right way
//! The object that wraps the context **owns** what C points to: [`Filter::set_taps`] takes a boxed slice
//! and keeps it until other taps have been set or the filter has ended, in this order. For taps that
//! are wanted back, [`Filter::with_taps`] gives a [`Taps`] guard: it returns them and leaves C with
//! none; forgotten, it leaves everything with the filter, which is still sound, only the taps stay set.
//!
//! The buffer is held as a raw pointer: a `Box` claims, wherever it is moved, that nobody else has a pointer
//! to its content, and here somebody has.
//!
//! ```
//! use abreast_patterns::retained_pointer::Filter;
//!
//! let mut filter = Filter::new()?;
//! filter.set_taps([0.5, 0.5].into());
//! let mut y = [0.0; 3];
//! filter.run(&[1.0, 1.0, 3.0], &mut y);
//! assert_eq!(y, [0.5, 1.0, 2.0]);
//!
//! // Taps for a while, and back again.
//! let taps = filter.with_taps([2.0].into());
//! taps.run(&[1.0, 1.0, 3.0], &mut y);
//! assert_eq!(y, [2.0, 2.0, 6.0]);
//! assert_eq!(*taps.take(), [2.0]);
//! # Ok::<(), abreast_patterns::retained_pointer::NoMemory>(())
//! ```
//!
//! A guard cannot outlive its filter; here it is dropped first:
//!
//! ```
//! use abreast_patterns::retained_pointer::Filter;
//! let mut filter = Filter::new().unwrap();
//! let taps = filter.with_taps([1.0].into());
//! drop(taps);
//! drop(filter);
//! ```
//!
//! ```compile_fail,E0505
//! use abreast_patterns::retained_pointer::Filter;
//! let mut filter = Filter::new().unwrap();
//! let taps = filter.with_taps([1.0].into());
//! drop(filter);
//! drop(taps);
//! ```
//!
//! # The wrong way
//! `buffer_dropped_first` frees the taps and runs the filter: what it multiplies with is what the
//! allocator left there.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/retained_pointer/retained_pointer.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/retained_pointer/retained_pointer.c"), "```")]
#![allow(unsafe_code)]

use std::ops::Deref;
use std::ptr::NonNull;

// Pattern: the owner of the handle owns what C has a pointer to.

/// The declarations of `retained_pointer.h`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    /// What only C can look into.
    #[repr(C)]
    pub struct ab_fir {
        opaque: [u8; 0],
        marker: std::marker::PhantomData<(*mut u8, std::marker::PhantomPinned)>,
    }

    unsafe extern "C" {
        // Safe: takes nothing, and returns null or a handle of its own.
        pub safe fn ab_fir_new() -> *mut ab_fir;
        pub fn ab_fir_free(fir: *mut ab_fir);
        pub fn ab_fir_set_taps(fir: *mut ab_fir, taps: *const f64, n: usize);
        // Example: what uses the pointer.
        pub fn ab_fir_run(fir: *const ab_fir, n: usize, x: *const f64, y: *mut f64);
    }
}

/// C had no memory for a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("C has no memory for a filter")]
pub struct NoMemory;

/// A filter, and the taps that C has a pointer to.
#[derive(Debug)]
pub struct Filter {
    fir: NonNull<raw::ab_fir>,
    /// From `Box::into_raw`; C has this pointer whenever it is here.
    taps: Option<NonNull<[f64]>>,
}

// SAFETY: the filter and its taps are reachable through this value only, and C keeps nothing per thread.
unsafe impl Send for Filter {}
// SAFETY: all that `&Filter` can do is to run it, which the header allows any number of threads at once.
unsafe impl Sync for Filter {}

impl Filter {
    /// A filter without taps: all it gives is 0.
    ///
    /// # Errors
    /// [`NoMemory`] when C says so.
    pub fn new() -> Result<Filter, NoMemory> {
        let fir = NonNull::new(raw::ab_fir_new()).ok_or(NoMemory)?;
        Ok(Filter { fir, taps: None })
    }

    /// Uses these taps from now on, and ends those before.
    pub fn set_taps(&mut self, taps: Box<[f64]>) {
        self.replace(Some(taps));
    }

    /// Uses these taps for as long as the guard lives.
    pub fn with_taps(&mut self, taps: Box<[f64]>) -> Taps<'_> {
        self.set_taps(taps);
        Taps { filter: self }
    }

    /// Gives C other taps, or none, and returns those that it has no pointer to any more.
    fn replace(&mut self, taps: Option<Box<[f64]>>) -> Option<Box<[f64]>> {
        let new = taps.and_then(|taps| NonNull::new(Box::into_raw(taps)));
        let first = new.map_or(std::ptr::null(), |taps| taps.as_ptr().cast_const().cast());
        // SAFETY: the filter is alive; the numbers stay at `self.taps` until C has others, or none.
        unsafe { raw::ab_fir_set_taps(self.fir.as_ptr(), first, new.map_or(0, NonNull::len)) };
        let old = std::mem::replace(&mut self.taps, new)?;
        // SAFETY: from `Box::into_raw`, and C has let go of it just now.
        Some(unsafe { Box::from_raw(old.as_ptr()) })
    }

    // Example: what uses the pointer.

    /// `y[i] = sum over k <= i of taps[k] x[i - k]`.
    ///
    /// # Panics
    /// When the lengths differ.
    pub fn run(&self, x: &[f64], y: &mut [f64]) {
        assert_eq!(x.len(), y.len(), "x and y must have one length");
        // SAFETY: both have x.len() numbers and do not overlap; the taps that C has are those in
        // `self.taps`, alive and unchanged.
        unsafe { raw::ab_fir_run(self.fir.as_ptr(), x.len(), x.as_ptr(), y.as_mut_ptr()) }
    }
}

impl Drop for Filter {
    fn drop(&mut self) {
        self.replace(None);
        // SAFETY: made by `ab_fir_new`, ended here only.
        unsafe { raw::ab_fir_free(self.fir.as_ptr()) }
    }
}

/// A filter with taps that are going to be taken away again.
#[derive(Debug)]
pub struct Taps<'f> {
    filter: &'f mut Filter,
}

impl Taps<'_> {
    /// Takes the taps away and returns them.
    pub fn take(self) -> Box<[f64]> {
        // Drop finds none left to take away.
        self.filter.replace(None).unwrap_or_default()
    }
}

/// To run it, and nothing that changes the taps.
impl Deref for Taps<'_> {
    type Target = Filter;

    fn deref(&self) -> &Filter {
        self.filter
    }
}

impl Drop for Taps<'_> {
    fn drop(&mut self) {
        self.filter.replace(None);
    }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;

    const X: [f64; 4] = [1.0, 10.0, 100.0, 1000.0];

    fn run(filter: &Filter) -> [f64; 4] {
        let mut y = [f64::NAN; 4];
        filter.run(&X, &mut y);
        y
    }

    #[test]
    fn the_taps_live_as_long_as_c_may_look() {
        let mut filter = Filter::new().unwrap();
        assert_eq!(run(&filter), [0.0; 4]);
        for round in 0..1000 {
            let taps: Box<[f64]> = (0..round % 7).map(f64::from).collect();
            let right = |i: usize| (0..=i).map(|k| taps.get(k).unwrap_or(&0.0) * X[i - k]).sum();
            let right: [f64; 4] = std::array::from_fn(right);
            filter.set_taps(taps.clone());
            // Moved about, and with other things in the memory that might have been freed.
            let moved = Box::new(filter);
            let noise = vec![f64::from(round); 6];
            assert_eq!(run(&moved), right, "{noise:?}");
            filter = *moved;
        }
    }

    #[test]
    fn a_guard_takes_the_taps_away_again() {
        let mut filter = Filter::new().unwrap();
        assert_eq!(run(&filter.with_taps([1.0].into())), X);
        assert_eq!(run(&filter), [0.0; 4]);
        assert_eq!(*filter.with_taps([3.0, 4.0].into()).take(), [3.0, 4.0]);
        assert_eq!(run(&filter), [0.0; 4]);
    }

    #[test]
    fn a_forgotten_guard_leaves_the_taps_set_and_alive() {
        let mut filter = Filter::new().unwrap();
        std::mem::forget(filter.with_taps([2.0].into()));
        assert_eq!(run(&filter), X.map(|x| 2.0 * x));
        filter.set_taps([1.0].into());
        assert_eq!(run(&filter), X);
    }
}
