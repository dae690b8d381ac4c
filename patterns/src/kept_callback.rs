//! 38. Kept callback: a closure that a handle keeps, and calls in its later calls on the same thread.
//!
//! # What goes wrong
//! `nlopt_set_min_objective(opt, f, data)`, `gsl_root_fsolver_set`, `CVodeInit` register a function now;
//! it is called later, when the solver is asked to solve. The pointer has to be good until then. It is not if
//! the closure is a field of the struct that wraps the handle: the struct moves when `new` returns it, and C
//! still has the old address. Nor is it if the closure is freed when another one is set, and C calls once more
//! in between.
//!
//! A second fault is in the call itself. The function that C calls makes a `&mut` of the closure. If the closure
//! has a way to the same solver and runs it again, there are two of them, and the inner call may free what the
//! outer one is reading.
//!
//! # The right way
//! [`Root`] owns the handle and the closure, which lies in memory of its own and is freed after C has let go of
//! it: once another function is set, or once the handle has ended. What C guarantees decides the bounds:
//!
//! | C calls it | the closure | page |
//! |---|---|---|
//! | during the call that it is passed to | `FnMut`, borrows what it likes | [scoped callback](crate::scoped_callback) |
//! | in later calls of the handle, on their thread | `FnMut`, borrows what outlives the handle | this one |
//! | at any time, on any thread | `Fn + Send + Sync + 'static` | [stored callback](crate::stored_callback) |
//!
//! `FnMut` is enough as every method that lets C call takes `&mut self`: nobody has another way to a solver
//! that is running. Methods with `&self` would need a flag that says so, and an error for the second call. As
//! the closure need not be `Send`, neither is [`Root`].
//!
//! A panic of the closure is kept beside it while C returns, and goes on from the method that called C.
//!
//! ```
//! use abreast_patterns::kept_callback::Root;
//!
//! let (mut calls, two) = (0, 2.0);
//! let mut root = Root::new()?;
//! root.set(0.0, 2.0, |x| {
//!     calls += 1; // borrowed until `root` has ended
//!     x * x - two
//! })?;
//! let mut solvers = vec![root]; // moved, with the closure set
//! for _ in 0..50 {
//!     solvers[0].step()?;
//! }
//! assert!((solvers[0].bracket().0 - 2f64.sqrt()).abs() < 1e-14);
//! drop(solvers);
//! assert_eq!(calls, 52);
//! # Ok::<(), abreast_patterns::kept_callback::Error>(())
//! ```
//!
//! What the closure borrows must outlive the solver, also after the last call:
//!
//! ```compile_fail,E0597
//! # use abreast_patterns::kept_callback::Root;
//! let mut root = Root::new().unwrap();
//! {
//!     let two = 2.0;
//!     root.set(0.0, 2.0, |x| x * x - two).unwrap();
//! }
//! root.step().unwrap();
//! ```
//!
//! and a solver stays on its thread, as its closure might have to:
//!
//! ```compile_fail,E0277
//! # use abreast_patterns::kept_callback::Root;
//! let mut root = Root::new().unwrap();
//! std::thread::spawn(move || root.step().unwrap());
//! ```
//!
//! # The wrong way
//! `closure_moved_with_its_owner` registers a field of a struct and then moves the struct: the function reads
//! its weights from freed memory. `entered_while_running` has a function that runs its own solver, through a
//! pointer that it has kept: the inner call replaces the weights, the outer one reads those that are freed.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/kept_callback/kept_callback.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/kept_callback/kept_callback.c"), "```")]
#![allow(unsafe_code)]

use std::any::Any;
use std::ffi::c_void;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::NonNull;

// Pattern: a closure that a handle keeps and calls in its later calls.

/// The declarations of `kept_callback.h`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    use std::ffi::c_void;

    /// What only C can look into.
    #[repr(C)]
    pub struct ab_root {
        opaque: [u8; 0],
        marker: std::marker::PhantomData<(*mut u8, std::marker::PhantomPinned)>,
    }

    pub type ab_root_fn = unsafe extern "C" fn(*mut c_void, f64, *mut f64) -> i32;

    unsafe extern "C" {
        // Safe: takes nothing, and returns null or a handle of its own.
        pub safe fn ab_root_new() -> *mut ab_root;
        pub fn ab_root_free(root: *mut ab_root);
        pub fn ab_root_set(
            root: *mut ab_root,
            f: ab_root_fn,
            data: *mut c_void,
            lower: f64,
            upper: f64,
        ) -> i32;
        pub fn ab_root_step(root: *mut ab_root) -> i32;
        pub fn ab_root_lower(root: *const ab_root) -> f64;
        pub fn ab_root_upper(root: *const ab_root) -> f64;
    }
}

/// Why there is no solver, or no step.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Error {
    #[error("C has no memory for a solver")]
    NoMemory,
    #[error(
        "lower = {0}, upper = {1}: the function must have values of opposite signs there, or 0"
    )]
    NoSignChange(f64, f64),
    #[error("no function is set, or its last `set` failed: call `set` first")]
    NoFunction,
    #[error("C returned the unknown status {0}")]
    Unknown(i32),
}

/// A solver, and the function that it keeps.
pub struct Root<'f> {
    root: NonNull<raw::ab_root>,
    /// From `Box::leak`. C has this pointer as long as it is here. Not a `Box`, which claims, wherever it is
    /// moved, that nobody else has a pointer to its content.
    slot: Option<NonNull<Slot<'f>>>,
    /// Dropping it drops the closure, which may look at what it has borrowed.
    owns: PhantomData<Slot<'f>>,
}

/// What C has a pointer to.
struct Slot<'f> {
    f: Box<dyn FnMut(f64) -> f64 + 'f>,
    panic: Option<Box<dyn Any + Send>>,
}

impl<'f> Root<'f> {
    /// A solver without a function.
    ///
    /// # Errors
    /// [`Error::NoMemory`] when C says so.
    pub fn new() -> Result<Root<'f>, Error> {
        let root = NonNull::new(raw::ab_root_new()).ok_or(Error::NoMemory)?;
        Ok(Root { root, slot: None, owns: PhantomData })
    }

    /// Looks for a root of `f` between `lower` and `upper` from now on. Calls `f` at both.
    ///
    /// # Errors
    /// [`Error::NoSignChange`] when the values there are on one side of 0, or no numbers. Then no function is
    /// set: the one before is dropped in any case.
    ///
    /// # Panics
    /// When `f` does, with its payload; then no function is set either.
    pub fn set(
        &mut self,
        lower: f64,
        upper: f64,
        f: impl FnMut(f64) -> f64 + 'f,
    ) -> Result<(), Error> {
        let slot = NonNull::from(Box::leak(Box::new(Slot { f: Box::new(f), panic: None })));
        let before = self.slot.replace(slot);
        // SAFETY: the solver is alive; `evaluated` is made for a slot, and this one stays in its place until
        // C has let go of it. C calls on this thread, during this call and those of `step`.
        let status = unsafe {
            raw::ab_root_set(self.root.as_ptr(), evaluated, slot.as_ptr().cast(), lower, upper)
        };
        let panic = self.take_panic();
        // What C has let go of: the one before, and this one if it was refused.
        let refused = if status == 0 { None } else { self.slot.take() };
        [before, refused].into_iter().flatten().for_each(end);
        match (panic, status) {
            (Some(payload), _) => resume_unwind(payload),
            (None, 0) => Ok(()),
            (None, -1) => Err(Error::NoSignChange(lower, upper)),
            (None, status) => Err(Error::Unknown(status)),
        }
    }

    /// Halves the bracket with one call of the function, and returns it.
    ///
    /// # Errors
    /// [`Error::NoFunction`] before one is set.
    ///
    /// # Panics
    /// When the function does, with its payload. The bracket is as before, and the function is still set.
    pub fn step(&mut self) -> Result<(f64, f64), Error> {
        // SAFETY: the solver is alive; it has no function, or the one in `self.slot`.
        let status = unsafe { raw::ab_root_step(self.root.as_ptr()) };
        match (self.take_panic(), status) {
            (Some(payload), _) => resume_unwind(payload),
            (None, 0) => Ok(self.bracket()),
            (None, -2) => Err(Error::NoFunction),
            (None, status) => Err(Error::Unknown(status)),
        }
    }

    /// Between which numbers the root is; no numbers before a function is set.
    pub fn bracket(&self) -> (f64, f64) {
        // SAFETY: the solver is alive.
        let lower = unsafe { raw::ab_root_lower(self.root.as_ptr()) };
        // SAFETY: the solver is alive.
        (lower, unsafe { raw::ab_root_upper(self.root.as_ptr()) })
    }

    fn take_panic(&mut self) -> Option<Box<dyn Any + Send>> {
        // SAFETY: the slot is alive, and C is not running: nobody else looks at it.
        unsafe { self.slot?.as_mut() }.panic.take()
    }
}

impl Drop for Root<'_> {
    fn drop(&mut self) {
        // SAFETY: made by `ab_root_new`, ended here only.
        unsafe { raw::ab_root_free(self.root.as_ptr()) };
        // The closure last: its drop is anybody's code, and C no longer knows of it.
        if let Some(slot) = self.slot.take() {
            end(slot);
        }
    }
}

/// Drops a slot that was taken out of a solver after C has let go of it.
fn end(slot: NonNull<Slot<'_>>) {
    // SAFETY: from `Box::leak` in `set`; taken out of the solver, so nobody has it any more.
    drop(unsafe { Box::from_raw(slot.as_ptr()) });
}

/// What C is given as the function.
unsafe extern "C" fn evaluated(data: *mut c_void, x: f64, y: *mut f64) -> i32 {
    // SAFETY: C hands on the pointer of `set`, and the slot is alive. It is ours for the call: the methods
    // that let C call have `&mut self`, so the closure has no way to the solver it is called by.
    let slot = unsafe { &mut *data.cast::<Slot<'_>>() };
    // A closure that has panicked is not entered again before somebody has been told.
    if slot.panic.is_some() {
        return 1;
    }
    match catch_unwind(AssertUnwindSafe(|| (slot.f)(x))) {
        Ok(value) => {
            // SAFETY: C gives the place of one double.
            unsafe { y.write(value) };
            0
        }
        Err(payload) => {
            slot.panic = Some(payload);
            1
        }
    }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::rc::Rc;

    fn raise() -> f64 {
        // Without the hook, which would print.
        resume_unwind(Box::new("pole"))
    }

    fn payload<T>(call: impl FnOnce() -> T) -> &'static str {
        let payload = catch_unwind(AssertUnwindSafe(call)).err().expect("a panic");
        *payload.downcast().expect("its payload")
    }

    #[test]
    fn later_calls_find_the_closure_wherever_the_solver_has_moved() {
        let mut seen = Vec::new();
        let mut root = Root::new().unwrap();
        root.set(0.0, 3.0, |x| {
            seen.push(x);
            x - 1.0
        })
        .unwrap();
        for round in 0..40 {
            let moved = Box::new(root);
            let noise = vec![f64::from(round); 6];
            root = *moved;
            root.step().unwrap();
            drop(noise);
        }
        let (lower, upper) = root.bracket();
        assert!(lower <= 1.0 && 1.0 <= upper && upper - lower < 1e-11);
        drop(root);
        assert_eq!((seen.len(), &seen[..4]), (42, &[0.0, 3.0, 1.5, 0.75][..]));
    }

    #[test]
    fn a_closure_ends_once_when_c_has_let_go_of_it() {
        let captured = Rc::new(1.0);
        let uses = || Rc::strong_count(&captured) - 1;
        let line = || {
            let ours = Rc::clone(&captured);
            move |x: f64| x - *ours
        };
        let mut root = Root::new().unwrap();
        for _ in 0..3 {
            root.set(0.0, 2.0, line()).unwrap();
            assert_eq!(uses(), 1);
        }
        assert_eq!(root.set(2.0, 3.0, line()), Err(Error::NoSignChange(2.0, 3.0)));
        assert_eq!(uses(), 0);
        assert_eq!(root.step(), Err(Error::NoFunction));
        root.set(0.0, 2.0, line()).unwrap();
        drop(root);
        assert_eq!(uses(), 0);
    }

    #[test]
    fn a_panic_arrives_in_the_call_that_it_happened_in() {
        let fails = Cell::new(false);
        let mut root = Root::new().unwrap();
        let line = |x: f64| if fails.get() { raise() } else { x - 1.0 };
        root.set(0.0, 3.0, line).unwrap();
        fails.set(true);
        assert_eq!(payload(|| root.step()), "pole");
        assert_eq!(root.bracket(), (0.0, 3.0));
        fails.set(false);
        assert_eq!(root.step(), Ok((0.0, 1.5)));
        assert_eq!(payload(|| root.set(0.0, 1.0, |_| raise())), "pole");
        assert_eq!(root.step(), Err(Error::NoFunction));
    }

    #[test]
    fn a_library_that_goes_on_after_a_panic_does_not_reach_the_closure() {
        let mut calls = 0;
        let count = |_: f64| {
            calls += 1;
            raise()
        };
        let mut slot = Slot { f: Box::new(count), panic: None };
        for _ in 0..3 {
            let mut y = 7.0;
            // SAFETY: the slot is alive; this test is the library.
            let status = unsafe { evaluated((&raw mut slot).cast(), 0.5, &mut y) };
            assert_eq!((status, y), (1, 7.0));
        }
        assert!(slot.panic.is_some());
        drop(slot);
        assert_eq!(calls, 1);
    }

    #[test]
    fn a_bracket_without_a_sign_change_is_refused_and_named() {
        let mut root = Root::new().unwrap();
        assert!(root.bracket().0.is_nan());
        assert_eq!(root.step(), Err(Error::NoFunction));
        let refused = root.set(-1.0, 1.0, |x| x * x + 1.0).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "lower = -1, upper = 1: the function must have values of opposite signs there, or 0"
        );
        assert!(root.set(0.0, 1.0, |_| f64::NAN).is_err());
        assert_eq!(root.set(1.0, 0.0, |x| x), Ok(()));
        assert_eq!(root.set(f64::MIN, f64::MAX, |x| x), Ok(()));
        assert_eq!(root.step(), Ok((0.0, f64::MAX)));
    }
}
