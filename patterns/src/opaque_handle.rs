//! 3. Opaque handle: one Rust type for each type that only C can look into.
//!
//! # What goes wrong
//! A library with two kinds of handles, bound as two `*mut c_void`, is a library with one kind: the
//! log goes where the factorisation belongs, and C reads a residual as the number of unknowns. An
//! empty `enum` in place of `c_void` is worse, because a reference to one says that it cannot exist and
//! the optimiser believes it. And a struct with a byte in it is `Send`, `Sync`, can be moved, and has
//! a size that is not C's.
//!
//! # The right way
//! In `raw`, each incomplete `struct` of the header becomes a `#[repr(C)]` struct of its own with no
//! bytes and a marker. Then
//!
//! - the two pointers are different types, and the compiler checks every call;
//! - it cannot be built, copied or moved out of its pointer by safe code outside `raw`;
//! - the marker takes `Send`, `Sync` and `Unpin` away. The wrapper that knows C's threading contract gives
//!   back what is true: [`Factor`] is `Sync` because the header says so, [`Residuals`] is only `Send`.
//!   Both facts are asserted at compile time, so that a new field cannot change them quietly.
//!
//! If references are formed to the raw type at all, [`raw::ab_residuals`] shows what has to be in it:
//! C writes to the log through pointers that Rust may have behind a `&`, and a `&T` tells the optimiser
//! that nobody writes, unless the `T` has an `UnsafeCell`. `ab_factor` is never written to after it was
//! made, and does without. (The wrappers here keep pointers and never form such a reference; a crate that
//! has callbacks receive `&raw::ab_residuals` depends on it.)
//!
//! ```
//! use abreast_patterns::opaque_handle::{Factor, Residuals};
//!
//! let factor = Factor::new(3)?;
//! let mut log = Residuals::new()?;
//! let mut x = [1.0, 0.0, 1.0];
//! factor.solve(&mut x, Some(&mut log))?;
//! assert!(x.iter().all(|x| (x - 1.0).abs() < 1e-15));
//! assert_eq!(log.count(), 1);
//! # Ok::<(), abreast_patterns::opaque_handle::Error>(())
//! ```
//!
//! # The wrong way
//! With one type for all handles, `handles_mixed` compiles, and the log of a residual of 1 is a system
//! with 4607182418800017408 unknowns. With two, that line does not compile:
//!
//! ```compile_fail,E0308
//! use abreast_patterns::opaque_handle::raw::{ab_factor_order, ab_residuals};
//! unsafe fn order(log: *const ab_residuals) -> usize {
//!     unsafe { ab_factor_order(log) }
//! }
//! ```
//! (this is its twin that does:)
//! ```
//! use abreast_patterns::opaque_handle::raw::{ab_factor, ab_factor_order};
//! unsafe fn order(factor: *const ab_factor) -> usize {
//!     unsafe { ab_factor_order(factor) }
//! }
//! ```
//!
//! The header lets one thread at a time use a log, so two threads cannot share one:
//!
//! ```compile_fail,E0277
//! let log = abreast_patterns::opaque_handle::Residuals::new().unwrap();
//! std::thread::scope(|scope| {
//!     scope.spawn(|| log.count());
//! });
//! ```
//! ```
//! let factor = abreast_patterns::opaque_handle::Factor::new(2).unwrap();
//! std::thread::scope(|scope| {
//!     scope.spawn(|| factor.order());
//! });
//! ```
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/opaque_handle/opaque_handle.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/opaque_handle/opaque_handle.c"), "```")]
#![allow(unsafe_code)]

use std::panic::RefUnwindSafe;
use std::ptr::NonNull;

// Pattern: a type for each handle, and who may have it on which thread.

/// The declarations of `opaque_handle.h`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    use std::cell::UnsafeCell;
    use std::marker::{PhantomData, PhantomPinned};

    /// Neither Send nor Sync, because of the pointer, nor Unpin.
    type Marker = PhantomData<(*mut u8, PhantomPinned)>;

    /// What only C can look into, and does not change while Rust has a `&` to it.
    #[repr(C)]
    pub struct ab_factor {
        opaque: [u8; 0],
        marker: Marker,
    }

    /// What only C can look into, and changes.
    #[repr(C)]
    pub struct ab_residuals {
        opaque: UnsafeCell<[u8; 0]>,
        marker: Marker,
    }

    unsafe extern "C" {
        pub fn ab_factor_new(n: usize) -> *mut ab_factor;
        pub fn ab_factor_free(factor: *mut ab_factor);
        pub fn ab_residuals_new() -> *mut ab_residuals;
        pub fn ab_residuals_free(log: *mut ab_residuals);
        // Example: what is done with handles.
        pub fn ab_factor_order(factor: *const ab_factor) -> usize;
        pub fn ab_factor_solve(factor: *const ab_factor, x: *mut f64, log: *mut ab_residuals);
        pub fn ab_residuals_note(log: *mut ab_residuals, residual: f64);
        pub fn ab_residuals_count(log: *const ab_residuals) -> usize;
        pub fn ab_residuals_worst(log: *const ab_residuals) -> f64;
    }
}

/// Why there is no handle or no solution.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A system needs an unknown.
    #[error("n is 0; a system has at least one unknown")]
    Empty,
    /// C has no memory for it.
    #[error("C has no memory for {0}")]
    NoMemory(&'static str),
    /// The right-hand side does not fit the system.
    #[error("x has {given} elements, but the system has {order} unknowns")]
    Length {
        /// Elements of `x`.
        given: usize,
        /// Unknowns of the system.
        order: usize,
    },
}

/// A factorised system of equations.
#[derive(Debug)]
pub struct Factor(NonNull<raw::ab_factor>);

// SAFETY: the header lets any thread use it, and whoever owns it end it.
unsafe impl Send for Factor {}
// SAFETY: C only reads it after it was made, and the header lets any number of threads do so at once.
unsafe impl Sync for Factor {}

/// A log of residuals.
#[derive(Debug)]
pub struct Residuals(NonNull<raw::ab_residuals>);

// SAFETY: nothing in it belongs to a thread. Not Sync: the header allows one thread at a time, even to
// look.
unsafe impl Send for Residuals {}

impl Factor {
    /// The second difference with `n` unknowns, factorised.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NoMemory`].
    pub fn new(n: usize) -> Result<Factor, Error> {
        if n == 0 {
            return Err(Error::Empty);
        }
        // SAFETY: any n will do; the result is null or ours to end.
        let made = unsafe { raw::ab_factor_new(n) };
        NonNull::new(made).map(Factor).ok_or(Error::NoMemory("a factorisation"))
    }

    // Example: what is done with a handle that threads share.

    /// How many unknowns.
    pub fn order(&self) -> usize {
        // SAFETY: alive until Drop; shared reading is what the header allows.
        unsafe { raw::ab_factor_order(self.0.as_ptr()) }
    }

    /// Overwrites `x`, the right-hand side, with the solution, and writes its residual down in `log`.
    ///
    /// # Errors
    /// [`Error::Length`] when `x` has not as many elements as there are unknowns.
    pub fn solve(&self, x: &mut [f64], log: Option<&mut Residuals>) -> Result<(), Error> {
        if x.len() != self.order() {
            return Err(Error::Length { given: x.len(), order: self.order() });
        }
        let log = log.map_or(std::ptr::null_mut(), |log| log.0.as_ptr());
        // SAFETY: x has as many elements as the system has unknowns, and is ours for the call, like the
        // log where there is one; both handles are alive.
        unsafe { raw::ab_factor_solve(self.0.as_ptr(), x.as_mut_ptr(), log) }
        Ok(())
    }
}

impl Drop for Factor {
    fn drop(&mut self) {
        // SAFETY: made by `ab_factor_new`, ended only here.
        unsafe { raw::ab_factor_free(self.0.as_ptr()) }
    }
}

impl Residuals {
    /// An empty log.
    ///
    /// # Errors
    /// [`Error::NoMemory`].
    pub fn new() -> Result<Residuals, Error> {
        // SAFETY: it takes nothing; the result is null or ours to end.
        let made = unsafe { raw::ab_residuals_new() };
        NonNull::new(made).map(Residuals).ok_or(Error::NoMemory("a log"))
    }

    // Example: what is done with a handle that one thread has.

    /// Writes a residual of your own down; NaN counts as infinite.
    pub fn note(&mut self, residual: f64) {
        // SAFETY: alive until Drop, and ours alone for the call.
        unsafe { raw::ab_residuals_note(self.0.as_ptr(), residual) }
    }

    /// How many residuals were written down.
    pub fn count(&self) -> usize {
        // SAFETY: alive until Drop; this type is not Sync, so no other thread is at it.
        unsafe { raw::ab_residuals_count(self.0.as_ptr()) }
    }

    /// The largest residual; 0 when nothing was written down.
    pub fn worst(&self) -> f64 {
        // SAFETY: as in `count`.
        unsafe { raw::ab_residuals_worst(self.0.as_ptr()) }
    }
}

impl Drop for Residuals {
    fn drop(&mut self) {
        // SAFETY: made by `ab_residuals_new`, ended only here.
        unsafe { raw::ab_residuals_free(self.0.as_ptr()) }
    }
}

/// Does not compile when a type has a trait: the method below is then found twice.
macro_rules! assert_not {
    ($trait:ident: $($type:ty),*) => {$(
        const _: fn() = || {
            trait Here<Witness> {
                fn here() {}
            }
            struct HasIt;
            impl<T: ?Sized> Here<()> for T {}
            impl<T: ?Sized + $trait> Here<HasIt> for T {}
            let _ = <$type as Here<_>>::here;
        };
    )*};
}

assert_not!(Send: raw::ab_factor, raw::ab_residuals);
assert_not!(Sync: raw::ab_factor, raw::ab_residuals, Residuals);
assert_not!(Unpin: raw::ab_factor, raw::ab_residuals);
assert_not!(Copy: Factor, Residuals);
// That is: it has an UnsafeCell. `ab_factor` has none.
assert_not!(RefUnwindSafe: raw::ab_residuals);

const _: () = {
    const fn shared<T: Send + Sync>() {}
    const fn sent<T: Send>() {}
    const fn unchanged<T: RefUnwindSafe>() {}
    unchanged::<raw::ab_factor>();
    shared::<Factor>();
    sent::<Residuals>();
    // No bytes of it are Rust's, and a pointer to it is a thin one.
    assert!(size_of::<raw::ab_residuals>() == 0);
    assert!(size_of::<Option<Residuals>>() == size_of::<*mut raw::ab_residuals>());
};

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;

    /// The right-hand side that belongs to the solution 1, 2, .. n.
    fn right_hand_side(n: usize) -> Vec<f64> {
        let mut b = vec![0.0; n];
        b[n - 1] = (n + 1) as f64;
        b
    }

    #[test]
    fn each_handle_does_its_own() {
        let mut log = Residuals::new().unwrap();
        assert_eq!((log.count(), log.worst()), (0, 0.0));
        for n in 1..=50 {
            let mut x = right_hand_side(n);
            Factor::new(n).unwrap().solve(&mut x, Some(&mut log)).unwrap();
            for (i, x) in x.iter().enumerate() {
                assert!((x - (i + 1) as f64).abs() < 1e-11, "n = {n}: x[{i}] = {x}");
            }
        }
        assert_eq!(log.count(), 50);
        assert!(log.worst() < 1e-12, "{}", log.worst());
    }

    #[test]
    fn the_worst_residual_is_kept_and_nan_is_worse_than_any() {
        let mut log = Residuals::new().unwrap();
        [0.5, -2.0, 1.0].into_iter().for_each(|residual| log.note(residual));
        assert_eq!((log.count(), log.worst()), (3, 2.0));
        log.note(f64::NAN);
        log.note(3.0);
        assert_eq!((log.count(), log.worst()), (5, f64::INFINITY));
    }

    #[test]
    fn a_system_without_unknowns_or_with_too_many_is_refused() {
        assert_eq!(Factor::new(0).unwrap_err(), Error::Empty);
        for n in [usize::MAX, usize::MAX / 8, isize::MAX as usize / 8] {
            assert_eq!(Factor::new(n).unwrap_err(), Error::NoMemory("a factorisation"));
        }
    }

    #[test]
    fn a_right_hand_side_of_another_length_is_refused_and_untouched() {
        let (factor, mut log) = (Factor::new(3).unwrap(), Residuals::new().unwrap());
        for given in [0, 2, 4] {
            let mut x = vec![5.0; given];
            let refused = factor.solve(&mut x, Some(&mut log)).unwrap_err();
            assert_eq!(refused, Error::Length { given, order: 3 });
            assert_eq!(x, vec![5.0; given]);
        }
        assert_eq!(log.count(), 0);
    }

    #[test]
    fn threads_share_a_system_each_with_its_own_log() {
        let factor = Factor::new(64).unwrap();
        let mut alone = right_hand_side(64);
        factor.solve(&mut alone, None).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut log = Residuals::new().unwrap();
                    for _ in 0..100 {
                        let mut x = right_hand_side(64);
                        factor.solve(&mut x, Some(&mut log)).unwrap();
                        assert_eq!(x, alone);
                    }
                    assert_eq!(log.count(), 100);
                });
            }
        });
    }
}
