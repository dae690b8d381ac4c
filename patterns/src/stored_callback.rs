//! 19. Stored callback: a closure that C keeps, calls from its own thread, and destroys once.
//!
//! # What goes wrong
//! The call that registers a callback returns, and the closure with everything it borrowed is gone; the
//! library calls it a second later, from a thread that the program never started. What it reads then is
//! whatever the allocator has put there. Freeing the closure right after "unregister" is the same bug
//! with a smaller window: nearly every library lets a call that is already running go on.
//!
//! # The right way
//! Three things, each on its side of the border. The closure is `Send + Sync + 'static`, since it runs on
//! somebody else's thread at a time that no lifetime knows. It lives in a box that is C's from
//! registration on: the library frees it through `destroy`, after its last call; a library that offers
//! no such function has to be given one. And when the drop of a [`Subscription`] returns, the closure
//! has returned and is gone. Memory safety does not depend on that: forgetting the subscription is a
//! leak and nothing worse.
//!
//! A callback may drop its own subscription; there it cannot wait for itself, and does not. Nor is another iteration
//! waited for that ends in a callback, as its own callback may be about to end this one: two threads that join
//! each other hang, or, where the system refuses the second join and nobody looks, one frees what the other still
//! uses. It may also
//! end itself with [`ControlFlow::Break`]. A panic ends it too, and is handed over by
//! [`Subscription::end`], as a thread's is by `join`.
//!
//! ```
//! use abreast_patterns::stored_callback::Relaxation;
//! use std::ops::ControlFlow;
//! use std::sync::{Arc, Mutex};
//!
//! let relaxation = Relaxation::new()?;
//! let seen = Arc::new(Mutex::new(Vec::new()));
//! let log = Arc::clone(&seen);
//! let subscription = relaxation.observe(move |_, residual| {
//!     log.lock().unwrap().push(residual);
//!     ControlFlow::Continue(())
//! })?;
//! relaxation.run(50);
//! relaxation.settle();
//! drop(subscription); // from here on `log` is gone
//! let seen = Arc::into_inner(seen).expect("the last one").into_inner().unwrap();
//! assert_eq!(seen.len(), 50);
//! assert!(seen[49] < 1e-8);
//! # Ok::<(), abreast_patterns::stored_callback::Refused>(())
//! ```
//!
//! # The wrong way
//! `freed_while_running` frees the closure's data as soon as "unregister" has returned, while C's thread
//! is in the middle of it: the closure reads what freed memory holds. `never_destroyed` registers with a
//! destroy that does nothing: the data outlives everything. Two more do not get past the compiler. A
//! capture that is not for other threads:
//!
//! ```compile_fail,E0277
//! # use abreast_patterns::stored_callback::Relaxation;
//! # use std::{ops::ControlFlow, rc::Rc, cell::Cell};
//! let relaxation = Relaxation::new().unwrap();
//! let sweeps = Rc::new(Cell::new(0));
//! let _s = relaxation.observe(move |sweep, _| { sweeps.set(sweep); ControlFlow::Continue(()) });
//! ```
//!
//! and a capture that is borrowed from the stack:
//!
//! ```compile_fail,E0597
//! # use abreast_patterns::stored_callback::Relaxation;
//! # use std::{ops::ControlFlow, sync::atomic::{AtomicU64, Ordering}};
//! let relaxation = Relaxation::new().unwrap();
//! let sweeps = AtomicU64::new(0);
//! let ours = &sweeps;
//! let _s = relaxation.observe(move |n, _| { ours.store(n, Ordering::Relaxed); ControlFlow::Continue(()) });
//! ```
//!
//! The twin of both that compiles owns its share of something made for threads:
//!
//! ```
//! # use abreast_patterns::stored_callback::Relaxation;
//! # use std::{ops::ControlFlow, sync::{Arc, atomic::{AtomicU64, Ordering}}};
//! let relaxation = Relaxation::new().unwrap();
//! let sweeps = Arc::new(AtomicU64::new(0));
//! let ours = Arc::clone(&sweeps);
//! let _s = relaxation.observe(move |n, _| { ours.store(n, Ordering::Relaxed); ControlFlow::Continue(()) });
//! ```
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/stored_callback/stored_callback.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/stored_callback/stored_callback.c"), "```")]
#![allow(unsafe_code)]

use std::any::Any;
use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

// Pattern: a closure that C keeps until it is destroyed, and a subscription that waits for that.

/// The declarations of `stored_callback.h`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    use std::ffi::{c_int, c_void};

    /// What only C can look into.
    #[repr(C)]
    pub struct ab_relax {
        opaque: [u8; 0],
        marker: std::marker::PhantomData<(*mut u8, std::marker::PhantomPinned)>,
    }

    pub type ab_relax_observer = unsafe extern "C" fn(*mut c_void, u64, f64) -> c_int;
    pub type ab_relax_destroy = unsafe extern "C" fn(*mut c_void);

    unsafe extern "C" {
        // Safe: takes nothing, and returns null or a handle of its own.
        pub safe fn ab_relax_new() -> *mut ab_relax;
        pub fn ab_relax_free(relax: *mut ab_relax);
        pub fn ab_relax_register(
            relax: *mut ab_relax,
            observer: ab_relax_observer,
            data: *mut c_void,
            destroy: ab_relax_destroy,
        ) -> u64;
        pub fn ab_relax_unregister(relax: *mut ab_relax, number: u64);
        // Example: what the library does meanwhile.
        pub fn ab_relax_run(relax: *mut ab_relax, sweeps: u64);
        pub fn ab_relax_settle(relax: *mut ab_relax);
    }
}

/// C had no memory, or no thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("C has no memory or no thread for it")]
pub struct Refused;

/// The iteration x <- cos x on a thread of C. Ended with its last owner, subscriptions included.
#[derive(Debug, Clone)]
pub struct Relaxation(Arc<Handle>);

#[derive(Debug)]
struct Handle(NonNull<raw::ab_relax>);

// SAFETY: "any thread may call any function at any time", says the header.
unsafe impl Send for Handle {}
// SAFETY: as for Send; `free` comes last, in Drop.
unsafe impl Sync for Handle {}

impl Relaxation {
    /// An iteration at rest.
    ///
    /// # Errors
    /// [`Refused`] when C has no memory or no thread.
    pub fn new() -> Result<Relaxation, Refused> {
        let made = NonNull::new(raw::ab_relax_new()).ok_or(Refused)?;
        Ok(Relaxation(Arc::new(Handle(made))))
    }

    /// Has `observer` called with the number of each sweep and the residual after it, until it breaks,
    /// panics, or the subscription is dropped.
    ///
    /// # Errors
    /// [`Refused`] when C has no memory.
    pub fn observe<F>(&self, observer: F) -> Result<Subscription, Refused>
    where
        F: Fn(u64, f64) -> ControlFlow<()> + Send + Sync + 'static,
    {
        let ended = Arc::new(Ended::default());
        let slot = Box::into_raw(Box::new(Slot { observer, ended: Arc::clone(&ended) }));
        // SAFETY: the two functions are made for a `Slot<F>`, which is C's from now on; F may be
        // called and dropped on any thread, by several at once.
        let number = unsafe {
            raw::ab_relax_register(self.as_raw(), observed::<F>, slot.cast(), destroyed::<F>)
        };
        if number == 0 {
            // SAFETY: from `into_raw` above; C has refused it, so it is still ours.
            drop(unsafe { Box::from_raw(slot) });
            return Err(Refused);
        }
        Ok(Subscription { of: self.clone(), number, ended })
    }

    /// For C: alive as long as `self`.
    pub fn as_raw(&self) -> *mut raw::ab_relax {
        self.0.0.as_ptr()
    }

    // Example: what the library does meanwhile.

    /// Asks for more sweeps; does not wait.
    pub fn run(&self, sweeps: u64) {
        // SAFETY: the handle is alive as long as `self`.
        unsafe { raw::ab_relax_run(self.as_raw(), sweeps) }
    }

    /// Waits until all sweeps are done. In a callback it returns at once.
    pub fn settle(&self) {
        // SAFETY: the handle is alive as long as `self`.
        unsafe { raw::ab_relax_settle(self.as_raw()) }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: ours, and nobody else has it: every subscription holds the Arc. On a thread of C's
        // C knows how to end it.
        unsafe { raw::ab_relax_free(self.0.as_ptr()) }
    }
}

/// A registered closure. Dropping it unregisters the closure and waits until it has returned and is
/// gone; only in a callback it does not wait, for that might be itself.
#[derive(Debug)]
#[must_use = "dropped at once, it observes nothing"]
pub struct Subscription {
    of: Relaxation,
    number: u64,
    ended: Arc<Ended>,
}

impl Subscription {
    /// Ends it as drop does, and says how it went.
    ///
    /// # Errors
    /// The payload of the closure's panic. In a callback, only of one that is over.
    pub fn end(self) -> std::thread::Result<()> {
        self.unregister();
        self.ended.state().panic.take().map_or(Ok(()), Err)
    }

    fn unregister(&self) {
        // SAFETY: the handle is alive as long as `self.of`; C does not mind a number that has gone.
        unsafe { raw::ab_relax_unregister(self.of.as_raw(), self.number) };
        if !IN_CALLBACK.get() {
            let waits = |state: &mut State| !state.over;
            drop(self.ended.told.wait_while(self.ended.state(), waits));
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.unregister();
    }
}

/// What C keeps.
struct Slot<F> {
    observer: F,
    ended: Arc<Ended>,
}

/// What the closure's side tells the subscription's.
#[derive(Debug, Default)]
struct Ended {
    state: Mutex<State>,
    told: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The closure is dropped.
    over: bool,
    panic: Option<Box<dyn Any + Send>>,
}

impl Ended {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics under this lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn panicked(&self, payload: Box<dyn Any + Send>) {
        let mut state = self.state();
        if state.panic.is_none() {
            state.panic = Some(payload);
            return;
        }
        // Its drop is anybody's code.
        drop(state);
        discard(payload);
    }
}

/// Drops what a panic carried. That may panic as well: with a text, as a rule, which is dropped too; with
/// anything else, which is leaked, as it might panic again for ever.
fn discard(payload: Box<dyn Any + Send>) {
    let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) else { return };
    if !another.is::<&str>() && !another.is::<String>() {
        std::mem::forget(another);
    }
}

thread_local! {
    /// Whether this thread runs a closure, or its drop, for C.
    static IN_CALLBACK: Cell<bool> = const { Cell::new(false) };
}

/// Runs foreign-called Rust: no panic leaves it.
fn guarded<R>(body: impl FnOnce() -> R) -> std::thread::Result<R> {
    let outer = IN_CALLBACK.replace(true);
    let result = catch_unwind(AssertUnwindSafe(body));
    IN_CALLBACK.set(outer);
    result
}

unsafe extern "C" fn observed<F>(data: *mut c_void, sweep: u64, residual: f64) -> c_int
where
    F: Fn(u64, f64) -> ControlFlow<()>,
{
    // SAFETY: C passes what `observe` registered, a `Slot<F>` that is not destroyed before this call
    // returns; others may share it with us, hence Sync.
    let slot = unsafe { &*data.cast::<Slot<F>>() };
    match guarded(|| (slot.observer)(sweep, residual)) {
        Ok(ControlFlow::Continue(())) => 0,
        Ok(ControlFlow::Break(())) => 1,
        Err(payload) => {
            slot.ended.panicked(payload);
            1
        }
    }
}

unsafe extern "C" fn destroyed<F>(data: *mut c_void) {
    // SAFETY: C gives back what `observe` boxed, once, and no call is running.
    let slot = unsafe { Box::from_raw(data.cast::<Slot<F>>()) };
    let Slot { observer, ended } = *slot;
    if let Err(payload) = guarded(|| drop(observer)) {
        ended.panicked(payload);
    }
    ended.state().over = true;
    ended.told.notify_all();
    // Without a subscription a panic's payload ends here, and its drop may panic as well.
    if let Err(payload) = guarded(|| drop(ended)) {
        discard(payload);
    }
}

// Example: tests.

#[cfg(test)]
mod tests;
