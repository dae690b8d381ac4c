//! 20. std::function: a Rust closure where C++ wants a `std::function<double(double)>`.
//!
//! # What goes wrong
//! A `std::function` is a value that C++ copies, stores, moves to other threads and destroys when it likes.
//! A functor that holds a pointer to a Rust closure is copied with the pointer: either nobody frees the
//! closure, or every copy does. cxx has no type for it. And a closure that panics inside has C++ frames
//! below, whose destructors have to run before the panic may go on.
//!
//! # The right way
//! Three functions and a pointer cross: [`raw::ab_closure`]. On the C++ side the pointer becomes a
//! `std::shared_ptr<void>` with the closure's own drop as its deleter, captured by a lambda; that is a
//! functor that may be copied as often as C++ pleases, and the last copy drops the closure, in whatever
//! order they go. (`std::shared_ptr` also sees to the case that there is no memory to share it.) The closure
//! is `Fn + Send + Sync + 'static`, since copies may be called at once, anywhere, at any time.
//!
//! A panic is caught where Rust is entered, boxed, and handed to C++ as a failure; there it travels as an
//! exception that owns it, so that C++ cleans up on the way; the border takes it out again and
//! [`Terms::at`] resumes it with the payload it had. Swallowed by a `catch` on the way, as in a term of
//! [`Terms::add_tried`], it is freed with the exception. A term of C++ that throws is an error.
//!
//! An exception is thrown once and may be caught often: what `std::exception_ptr` and `std::shared_future` keep,
//! they throw again, the same object, to each who asks, on many threads at once. The payload is one, so the first
//! takes it, by an atomic exchange, and for the others there is [`Error::FailedBefore`]: see
//! [`Terms::add_remembered`].
//!
//! ```
//! use abreast_patterns::std_function::Terms;
//!
//! let charge = 3.0;
//! let mut field = Terms::new()?;
//! field.add(move |x: f64| charge / x, 1)?;
//! field.add_root()?; // this one is a lambda of C++
//! assert_eq!(field.at(4.0)?, 0.75 + 2.0);
//! # Ok::<(), abreast_patterns::std_function::Error>(())
//! ```
//!
//! # The wrong way
//! `dropped_by_each_copy` meets a functor that drops the closure in its destructor: the first copy to go
//! frees what the others use, and the second frees it again.
//!
//! # The foreign side
#![doc = concat!("```cpp\n", include_str!("../csrc/std_function/std_function.hpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/std_function/std_function.cpp"), "```")]
#![doc = concat!("```cpp\n", include_str!("../csrc/std_function/wrong.cpp"), "```")]
#![allow(unsafe_code)]

use std::any::Any;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::{NonNull, null_mut};

// Pattern: a closure for C++ to copy, and a panic on its way through C++.

/// The declarations of `std_function.hpp`, and the one of `wrong.cpp`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    use std::ffi::c_void;

    /// A closure that belongs to whoever has this.
    #[repr(C)]
    #[derive(Debug)]
    pub struct ab_closure {
        pub data: *mut c_void,
        pub call: unsafe extern "C" fn(*mut c_void, f64, *mut f64) -> *mut c_void,
        pub drop: unsafe extern "C" fn(*mut c_void),
        pub drop_failure: unsafe extern "C" fn(*mut c_void),
    }

    /// What only C++ can look into.
    #[repr(C)]
    pub struct ab_terms {
        opaque: [u8; 0],
        marker: std::marker::PhantomData<(*mut u8, std::marker::PhantomPinned)>,
    }

    pub const AB_TERMS_FINE: i32 = 0;
    pub const AB_TERMS_NO_MEMORY: i32 = -1;
    pub const AB_TERMS_FAILED: i32 = -2;
    pub const AB_TERMS_THREW: i32 = -3;
    pub const AB_TERMS_FAILED_BEFORE: i32 = -4;

    unsafe extern "C" {
        // Safe: takes nothing, and returns null or a handle of its own.
        pub safe fn ab_terms_new() -> *mut ab_terms;
        pub fn ab_terms_free(terms: *mut ab_terms);
        pub fn ab_terms_add(terms: *mut ab_terms, closure: ab_closure, copies: usize) -> i32;
        pub fn ab_terms_at(
            terms: *const ab_terms,
            x: f64,
            sum: *mut f64,
            failure: *mut *mut c_void,
        ) -> i32;
        // Example: what else C++ does with functions.
        pub fn ab_terms_add_root(terms: *mut ab_terms) -> i32;
        pub fn ab_terms_add_tried(terms: *mut ab_terms, closure: ab_closure, otherwise: f64)
        -> i32;
        pub fn ab_terms_add_remembered(terms: *mut ab_terms, closure: ab_closure, at: f64) -> i32;
        // A number and not a bool, of which Rust believes that it is 0 or 1: see `enums_as_integers`.
        pub fn ab_terms_remove(terms: *mut ab_terms, at: usize) -> i32;
        // Counterexample: of `wrong.cpp`.
        pub fn ab_terms_careless(closure: ab_closure, x: f64) -> f64;
    }
}

/// What C++ could not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// `std::bad_alloc`.
    #[error("C++ has no memory for it")]
    NoMemory,
    /// A term of C++ threw.
    #[error("a term of C++ threw")]
    Threw,
    /// A closure has panicked, and who asked before has the payload.
    #[error("a closure panicked before, and its payload has gone to who asked then")]
    FailedBefore,
    /// A status that the header does not name.
    #[error("C++ returned {0}, which its header does not name")]
    Status(i32),
}

/// A sum of functions that C++ keeps, each in a `std::function`.
#[derive(Debug)]
pub struct Terms(NonNull<raw::ab_terms>);

// SAFETY: the terms may be used from any thread, one at a time for what changes them, and closures are
// Send.
unsafe impl Send for Terms {}
// SAFETY: `at`, all there is for `&Terms`, may be called by several threads at once, and so may the
// closures: they are Sync.
unsafe impl Sync for Terms {}

impl Terms {
    /// No terms.
    ///
    /// # Errors
    /// [`Error::NoMemory`] when C++ says so.
    pub fn new() -> Result<Terms, Error> {
        NonNull::new(raw::ab_terms_new()).map(Terms).ok_or(Error::NoMemory)
    }

    /// Adds `closure` as so many terms. It lives until the last of them is gone, or, added 0 times, is
    /// dropped at once.
    ///
    /// # Errors
    /// [`Error::NoMemory`]; nothing is added, and the closure is dropped.
    pub fn add<F>(&mut self, closure: F, copies: usize) -> Result<(), Error>
    where
        F: Fn(f64) -> f64 + Send + Sync + 'static,
    {
        let closure = for_cpp(closure);
        // SAFETY: the handle is alive and ours alone; the closure is C++'s from now on.
        told(unsafe { raw::ab_terms_add(self.0.as_ptr(), closure, copies) })
    }

    /// The sum of all terms at `x`.
    ///
    /// # Errors
    /// [`Error::Threw`] when a term of C++ did, [`Error::FailedBefore`] when a remembered closure panicked in an
    /// earlier call.
    ///
    /// # Panics
    /// When a closure does, with its payload.
    pub fn at(&self, x: f64) -> Result<f64, Error> {
        let (mut sum, mut failure) = (0.0, null_mut());
        // SAFETY: the handle is alive; both places are ours.
        let status = unsafe { raw::ab_terms_at(self.0.as_ptr(), x, &mut sum, &mut failure) };
        if status == raw::AB_TERMS_FAILED {
            // SAFETY: C++ hands over what `call` has boxed, to nobody twice; the closures of this type have
            // no other.
            let payload = unsafe { Box::from_raw(failure.cast::<Payload>()) };
            resume_unwind(*payload);
        }
        told(status).map(|()| sum)
    }

    // Example: what else C++ does with functions.

    /// Adds the square root of C++, which throws for negative numbers.
    ///
    /// # Errors
    /// [`Error::NoMemory`]; nothing is added.
    pub fn add_root(&mut self) -> Result<(), Error> {
        // SAFETY: the handle is alive and ours alone.
        told(unsafe { raw::ab_terms_add_root(self.0.as_ptr()) })
    }

    /// Adds `closure` as a term that is `otherwise` where the closure panics: C++ catches what is on its
    /// way, and the payload ends there.
    ///
    /// # Errors
    /// [`Error::NoMemory`]; nothing is added, and the closure is dropped.
    pub fn add_tried<F>(&mut self, closure: F, otherwise: f64) -> Result<(), Error>
    where
        F: Fn(f64) -> f64 + Send + Sync + 'static,
    {
        let closure = for_cpp(closure);
        // SAFETY: the handle is alive and ours alone; the closure is C++'s from now on.
        told(unsafe { raw::ab_terms_add_tried(self.0.as_ptr(), closure, otherwise) })
    }

    /// Adds the value of `closure` at `at` as a term, computed when [`Terms::at`] first needs it and kept by C++. A
    /// panic is kept as well: the first to ask gets its payload, the others [`Error::FailedBefore`]. (Threads that
    /// ask first together may each call the closure; one of them counts.)
    ///
    /// # Errors
    /// [`Error::NoMemory`]; nothing is added, and the closure is dropped.
    pub fn add_remembered<F>(&mut self, closure: F, at: f64) -> Result<(), Error>
    where
        F: Fn(f64) -> f64 + Send + Sync + 'static,
    {
        let closure = for_cpp(closure);
        // SAFETY: the handle is alive and ours alone; the closure is C++'s from now on.
        told(unsafe { raw::ab_terms_add_remembered(self.0.as_ptr(), closure, at) })
    }

    /// Drops term `at`, if there is one; the others move up. Says whether there was.
    pub fn remove(&mut self, at: usize) -> bool {
        // SAFETY: the handle is alive and ours alone.
        unsafe { raw::ab_terms_remove(self.0.as_ptr(), at) != 0 }
    }
}

fn told(status: i32) -> Result<(), Error> {
    match status {
        raw::AB_TERMS_FINE => Ok(()),
        raw::AB_TERMS_NO_MEMORY => Err(Error::NoMemory),
        raw::AB_TERMS_THREW => Err(Error::Threw),
        raw::AB_TERMS_FAILED_BEFORE => Err(Error::FailedBefore),
        other => Err(Error::Status(other)),
    }
}

impl Drop for Terms {
    fn drop(&mut self) {
        // SAFETY: made by `ab_terms_new`, ended nowhere else.
        unsafe { raw::ab_terms_free(self.0.as_ptr()) }
    }
}

/// What a panic carries.
type Payload = Box<dyn Any + Send>;

/// The closure as C++ can keep it. Forgotten, it leaks.
pub fn for_cpp<F: Fn(f64) -> f64 + Send + Sync + 'static>(closure: F) -> raw::ab_closure {
    raw::ab_closure {
        data: Box::into_raw(Box::new(closure)).cast(),
        call: call::<F>,
        drop: end::<F>,
        drop_failure: end::<Payload>,
    }
}

/// Calls the closure; a panic is the result instead of going on into C++.
unsafe extern "C" fn call<F: Fn(f64) -> f64>(
    data: *mut c_void,
    x: f64,
    y: *mut f64,
) -> *mut c_void {
    // SAFETY: `for_cpp` has put an F there, and C++ drops it after the last call; others may share it
    // with us, hence Sync.
    let closure = unsafe { &*data.cast::<F>() };
    match catch_unwind(AssertUnwindSafe(|| closure(x))) {
        Ok(value) => {
            // SAFETY: C++ gives the place of one double.
            unsafe { y.write(value) };
            null_mut()
        }
        Err(payload) => Box::into_raw(Box::new(payload)).cast(),
    }
}

/// Ends what was boxed. Its drop may panic, and below is a destructor of C++, which may not throw: the panic
/// ends here.
unsafe extern "C" fn end<T>(boxed: *mut c_void) {
    // SAFETY: a `Box<T>` that C++ owned and gives up, once.
    let boxed = unsafe { Box::from_raw(boxed.cast::<T>()) };
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(boxed))) {
        discard(payload);
    }
}

/// Drops what a panic carried. That may panic as well: with a text, as a rule, which is dropped too; with
/// anything else, which is leaked, as it might panic again for ever.
fn discard(payload: Payload) {
    let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) else { return };
    if !another.is::<&str>() && !another.is::<String>() {
        std::mem::forget(another);
    }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Barrier, OnceLock};

    /// A closure, and what tells how many there are: C++'s copies are none of Rust's.
    fn counted() -> (impl Fn(f64) -> f64 + Send + Sync + 'static, Arc<()>) {
        let alive = Arc::new(());
        let ours = Arc::clone(&alive);
        let closure = move |x| {
            let _ = &ours;
            x + 1.0
        };
        (closure, alive)
    }

    #[test]
    fn copies_share_one_closure_and_go_in_any_order() {
        for order in [[0, 0, 0], [2, 1, 0], [1, 1, 0], [0, 1, 0]] {
            let (closure, alive) = counted();
            let mut terms = Terms::new().unwrap();
            terms.add(closure, 3).unwrap();
            for (gone, at) in order.into_iter().enumerate() {
                assert_eq!(Arc::strong_count(&alive), 2, "one closure, whatever the copies");
                assert_eq!(terms.at(1.0), Ok(2.0 * (3 - gone) as f64));
                assert!(terms.remove(at));
            }
            assert_eq!(Arc::strong_count(&alive), 1, "the last copy has dropped it");
            assert!(!terms.remove(0));
        }
    }

    #[test]
    fn added_never_or_too_often_it_is_dropped() {
        let mut terms = Terms::new().unwrap();
        for (copies, result) in [(0, Ok(())), (usize::MAX, Err(Error::NoMemory))] {
            let (closure, alive) = counted();
            assert_eq!(terms.add(closure, copies), result);
            assert_eq!(Arc::strong_count(&alive), 1);
        }
        assert_eq!(terms.at(1.0), Ok(0.0));
        let (closure, alive) = counted();
        terms.add(closure, 2).unwrap();
        drop(terms);
        assert_eq!(Arc::strong_count(&alive), 1);
    }

    #[test]
    fn a_panic_passes_cpp_with_its_payload() {
        #[derive(Debug, PartialEq)]
        struct Pole(f64);
        let mut terms = Terms::new().unwrap();
        let pole = |x: f64| if x == 0.0 { resume_unwind(Box::new(Pole(x))) } else { 1.0 / x };
        terms.add(pole, 2).unwrap();
        for _ in 0..100 {
            let payload = catch_unwind(AssertUnwindSafe(|| terms.at(0.0))).unwrap_err();
            assert_eq!(payload.downcast_ref(), Some(&Pole(0.0)));
        }
        assert_eq!(terms.at(4.0), Ok(0.5));
    }

    #[test]
    fn a_panic_that_cpp_swallows_is_freed() {
        let payload = Arc::new(());
        let (ours, (closure, alive)) = (Arc::clone(&payload), counted());
        let mut terms = Terms::new().unwrap();
        let pole = move |x: f64| {
            if x == 0.0 { resume_unwind(Box::new(Arc::clone(&ours))) } else { closure(x) }
        };
        terms.add_tried(pole, 0.25).unwrap();
        for _ in 0..100 {
            assert_eq!([terms.at(0.0), terms.at(1.0)], [Ok(0.25), Ok(2.0)]);
            assert_eq!(Arc::strong_count(&payload), 2, "the closure's and ours");
        }
        drop(terms);
        assert_eq!([Arc::strong_count(&payload), Arc::strong_count(&alive)], [1, 1]);
    }

    #[test]
    fn an_exception_caught_twice_gives_its_payload_once() {
        let payload = Arc::new(());
        let ours = Arc::clone(&payload);
        let mut terms = Terms::new().unwrap();
        let fails = move |_| resume_unwind(Box::new(Arc::clone(&ours)));
        terms.add_remembered(fails, 0.0).unwrap();
        let first = catch_unwind(AssertUnwindSafe(|| terms.at(1.0))).unwrap_err();
        assert!(first.is::<Arc<()>>());
        for _ in 0..3 {
            assert_eq!(terms.at(1.0), Err(Error::FailedBefore));
        }
        assert_eq!(Arc::strong_count(&payload), 3, "the closure's, the payload's and ours");
        drop((first, terms));
        assert_eq!(Arc::strong_count(&payload), 1);
    }

    #[test]
    fn one_exception_on_many_threads_gives_its_payload_to_one() {
        const THREADS: usize = 4;
        for _ in 0..200 {
            let mut terms = Terms::new().unwrap();
            terms.add_remembered(|_| resume_unwind(Box::new(7_u8)), 0.0).unwrap();
            let start = Barrier::new(THREADS);
            let request = || {
                start.wait();
                catch_unwind(AssertUnwindSafe(|| terms.at(1.0)))
            };
            let asked: Vec<_> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(request)).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let payloads = asked.iter().filter_map(|asked| asked.as_ref().err());
            assert_eq!(payloads.filter(|payload| payload.is::<u8>()).count(), 1);
            let told = asked.iter().filter_map(|asked| asked.as_ref().ok());
            assert_eq!(told.filter(|told| **told == Err(Error::FailedBefore)).count(), THREADS - 1);
        }
    }

    #[test]
    fn a_remembered_closure_may_ask_for_the_sum_that_it_is_part_of() {
        let whole: Arc<OnceLock<Terms>> = Arc::default();
        let (ours, asked) = (Arc::downgrade(&whole), AtomicBool::new(false));
        let closure = move |x: f64| match ours.upgrade() {
            Some(whole) if !asked.swap(true, Ordering::Relaxed) => {
                x + whole.get().map_or(0.0, |terms| terms.at(0.0).unwrap())
            }
            _ => x,
        };
        let mut terms = Terms::new().unwrap();
        terms.add_remembered(closure, 2.0).unwrap();
        let terms = whole.get_or_init(|| terms);
        // The inner call was the first to end, and it said 2.
        assert_eq!([terms.at(0.0), terms.at(0.0)], [Ok(2.0), Ok(2.0)]);
    }

    #[test]
    fn a_drop_that_panics_below_cpp_does_not_end_the_process() {
        struct Bad(#[expect(dead_code, reason = "it is only there to be alive")] Arc<()>);
        impl Drop for Bad {
            fn drop(&mut self) {
                resume_unwind(Box::new(()));
            }
        }
        let alive = Arc::new(());
        let (in_closure, in_payload) = (Bad(Arc::clone(&alive)), Arc::clone(&alive));
        let closure = move |x: f64| {
            let _ = &in_closure;
            if x == 0.0 { resume_unwind(Box::new(Bad(Arc::clone(&in_payload)))) } else { x }
        };
        let mut terms = Terms::new().unwrap();
        terms.add_tried(closure, 0.25).unwrap();
        assert_eq!(terms.at(0.0), Ok(0.25), "C++ has swallowed the payload, and ended it");
        drop(terms);
        assert_eq!(Arc::strong_count(&alive), 1);
    }

    #[test]
    fn a_term_of_cpp_that_throws_is_an_error() {
        let mut terms = Terms::new().unwrap();
        terms.add_root().unwrap();
        assert_eq!(terms.at(-1.0), Err(Error::Threw));
        assert_eq!(terms.at(9.0), Ok(3.0));
        assert_eq!(told(-99), Err(Error::Status(-99)));
    }

    #[test]
    fn many_threads_may_call_and_any_may_drop() {
        let (closure, alive) = counted();
        let mut terms = Terms::new().unwrap();
        terms.add(closure, 2).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|_| assert_eq!(terms.at(0.5), Ok(3.0))));
            }
        });
        std::thread::spawn(move || drop(terms)).join().unwrap();
        assert_eq!(Arc::strong_count(&alive), 1);
    }
}
