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
//! no such function has to be given one. And [`Subscription`] makes the end visible: when its drop
//! returns, the closure has returned and is gone - memory safety does not hang on that, only the
//! reader's peace does, so forgetting the subscription is a leak and nothing worse.
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

    /// For C: alive as long as `self`.
    pub fn as_raw(&self) -> *mut raw::ab_relax {
        self.0.0.as_ptr()
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
    use std::sync::{Barrier, mpsc};
    use std::time::Duration;

    const ON: ControlFlow<()> = ControlFlow::Continue(());

    /// Counts its drops.
    struct Token(Arc<AtomicU64>);

    impl Drop for Token {
        fn drop(&mut self) {
            self.0.fetch_add(1, SeqCst);
        }
    }

    fn token() -> (Token, Arc<AtomicU64>) {
        let drops = Arc::new(AtomicU64::new(0));
        (Token(Arc::clone(&drops)), drops)
    }

    #[test]
    fn dropped_while_firing_it_is_never_called_again() {
        let relaxation = Relaxation::new().unwrap();
        relaxation.run(1 << 40);
        let (calls, late) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let destroyed = Arc::new(AtomicU64::new(0));
        for round in 0..100_000 {
            let over = Arc::new(AtomicBool::new(false));
            let (ours, calls, late) = (Arc::clone(&over), Arc::clone(&calls), Arc::clone(&late));
            let token = Token(Arc::clone(&destroyed));
            let subscription = relaxation.observe(move |_, _| {
                let _ = &token;
                calls.fetch_add(1, SeqCst);
                late.fetch_add(u64::from(ours.load(SeqCst)), SeqCst);
                ON
            });
            drop(subscription.unwrap());
            over.store(true, SeqCst);
            assert_eq!(destroyed.load(SeqCst), round + 1);
        }
        assert_eq!(late.load(SeqCst), 0);
        // Not by luck: the last one stays until it has been called.
        let (told, heard) = mpsc::channel();
        let last =
            relaxation.observe(move |_, _| told.send(()).map_or(ControlFlow::Break(()), |()| ON));
        heard.recv().unwrap();
        drop(last);
    }

    #[test]
    fn drop_waits_for_the_call_that_runs() {
        let relaxation = Relaxation::new().unwrap();
        let (entered, enters) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let (returned, released) = (Arc::new(AtomicBool::new(false)), Mutex::new(released));
        let ours = Arc::clone(&returned);
        let subscription = relaxation.observe(move |_, _| {
            let _ = entered.send(());
            let _ = released.lock().map(|gate| gate.recv());
            ours.store(true, SeqCst);
            ON
        });
        relaxation.run(1);
        enters.recv().unwrap();
        std::thread::scope(|scope| {
            let dropper = scope.spawn(|| {
                drop(subscription);
                returned.load(SeqCst)
            });
            // Time for a drop that does not wait; one that does needs none.
            std::thread::sleep(Duration::from_millis(20));
            release.send(()).unwrap();
            assert!(dropper.join().unwrap(), "drop was back before the callback");
        });
    }

    #[test]
    fn a_callback_may_end_itself_and_subscribe_others() {
        let relaxation = Relaxation::new().unwrap();
        let own: Arc<Mutex<Option<Subscription>>> = Arc::default();
        let other: Arc<Mutex<Option<Subscription>>> = Arc::default();
        let (calls, (token, drops)) = (Arc::new(AtomicU64::new(0)), token());
        let (inner, inner_calls) = (relaxation.clone(), Arc::clone(&calls));
        let (own_inner, other_inner) = (Arc::clone(&own), Arc::clone(&other));
        let subscription = relaxation.observe(move |_, _| {
            let _ = &token;
            inner.settle();
            let calls = Arc::clone(&inner_calls);
            *other_inner.lock().unwrap() = inner
                .observe(move |_, _| {
                    calls.fetch_add(100, SeqCst);
                    ControlFlow::Break(())
                })
                .ok();
            inner_calls.fetch_add(1, SeqCst);
            drop(own_inner.lock().unwrap().take());
            ON
        });
        *own.lock().unwrap() = subscription.ok();
        relaxation.run(5);
        relaxation.settle();
        assert_eq!((calls.load(SeqCst), drops.load(SeqCst)), (101, 1));
    }

    #[test]
    fn a_panic_ends_the_callback_and_nothing_else() {
        let relaxation = Relaxation::new().unwrap();
        let (calls, (token, drops)) = (Arc::new(AtomicU64::new(0)), token());
        let ours = Arc::clone(&calls);
        let panics = relaxation.observe(move |sweep, _| {
            let _ = &token;
            std::panic::resume_unwind(Box::new(sweep));
        });
        let stays = relaxation.observe(move |_, _| {
            ours.fetch_add(1, SeqCst);
            ON
        });
        relaxation.run(3);
        relaxation.settle();
        let payload = panics.unwrap().end().expect_err("it has panicked");
        assert_eq!(payload.downcast_ref::<u64>(), Some(&0));
        assert!(stays.unwrap().end().is_ok());
        assert_eq!((calls.load(SeqCst), drops.load(SeqCst)), (3, 1));
    }

    /// Panics when it is dropped.
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            std::panic::resume_unwind(Box::new("the payload's own drop"));
        }
    }

    #[test]
    fn a_payload_that_panics_itself_does_not_reach_c() {
        let relaxation = Relaxation::new().unwrap();
        let own: Arc<Mutex<Option<Subscription>>> = Arc::default();
        let (ours, (token, drops)) = (Arc::clone(&own), token());
        let subscription = relaxation.observe(move |_, _| {
            let _ = &token;
            // Nobody is left who would be handed the payload: it is dropped between C's frames.
            drop(ours.lock().unwrap().take());
            std::panic::resume_unwind(Box::new(Bomb));
        });
        *own.lock().unwrap() = subscription.ok();
        relaxation.run(2);
        relaxation.settle();
        assert_eq!(drops.load(SeqCst), 1);
    }

    #[test]
    fn sweeps_beyond_all_numbers_are_without_end() {
        let relaxation = Relaxation::new().unwrap();
        let (told, heard) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let released = Mutex::new(released);
        let subscription = relaxation.observe(move |sweep, _| {
            let _ = told.send(sweep);
            let _ = released.lock().map(|gate| gate.recv());
            ON
        });
        // The first sweep runs when the other requests come: their sum is not 1 sweep.
        relaxation.run(u64::MAX);
        assert_eq!(heard.recv(), Ok(0));
        relaxation.run(2);
        drop(release);
        // Time for one that stops; one that goes on needs none.
        assert_eq!(heard.recv_timeout(Duration::from_secs(60)), Ok(1));
        drop(subscription);
    }

    #[test]
    fn the_data_is_destroyed_once_whoever_ends_it() {
        for way in 0..3 {
            let relaxation = Relaxation::new().unwrap();
            let (token, drops) = token();
            let subscription = relaxation.observe(move |_, _| {
                let _ = &token;
                ControlFlow::Break(())
            });
            if way > 0 {
                relaxation.run(1);
                relaxation.settle();
            }
            let mut kept = Some(subscription);
            match way {
                0 => drop((relaxation, kept.take())),
                1 => drop(kept.take()),
                // It is not unregistered; it has broken off by itself.
                _ => {}
            }
            assert_eq!(drops.load(SeqCst), 1, "way {way}");
            drop(kept);
        }
    }

    #[test]
    fn the_last_owner_may_be_in_the_callback() {
        let relaxation = Relaxation::new().unwrap();
        let own: Arc<Mutex<Option<Subscription>>> = Arc::default();
        let ours = Arc::clone(&own);
        let ((token, drops), (told, heard)) = (token(), mpsc::channel::<()>());
        let subscription = relaxation.observe(move |_, _| {
            let _ = (&token, &told);
            // Waits until the test has let go; then the iteration is ended on its own thread.
            drop(ours.lock().unwrap().take());
            ON
        });
        let mut guard = own.lock().unwrap();
        *guard = subscription.ok();
        relaxation.run(1);
        drop((relaxation, guard));
        // Disconnected when the closure is gone.
        assert!(heard.recv().is_err());
        assert_eq!(drops.load(SeqCst), 1);
    }

    type Owned = Arc<Mutex<Option<(Relaxation, Subscription)>>>;

    /// An iteration whose callback lets go of `other` when all have met, and tells whether it was still there
    /// itself after that.
    fn lets_go(
        other: &Owned,
        meet: &Arc<Barrier>,
    ) -> (Relaxation, Subscription, mpsc::Receiver<bool>) {
        let relaxation = Relaxation::new().unwrap();
        let ((token, drops), (tell, told)) = (token(), mpsc::channel());
        let (other, meet) = (Arc::clone(other), Arc::clone(meet));
        let subscription = relaxation.observe(move |_, _| {
            let _ = &token;
            // Nothing of the closure is touched after it: were it gone, that would be another bug.
            let (drops, tell, taken) =
                (Arc::clone(&drops), tell.clone(), other.lock().unwrap().take());
            meet.wait();
            drop(taken);
            let _ = tell.send(drops.load(SeqCst) == 0);
            ON
        });
        (relaxation, subscription.unwrap(), told)
    }

    #[test]
    fn two_iterations_may_end_each_other() {
        for _ in 0..20 {
            let (meet, for_a, for_b) =
                (Arc::new(Barrier::new(2)), Owned::default(), Owned::default());
            let (a, of_a, told_a) = lets_go(&for_a, &meet);
            let (b, of_b, told_b) = lets_go(&for_b, &meet);
            let (mut held_a, mut held_b) = (for_a.lock().unwrap(), for_b.lock().unwrap());
            [&a, &b].iter().for_each(|relaxation| relaxation.run(1));
            (*held_a, *held_b) = (Some((b, of_b)), Some((a, of_a)));
            drop((held_a, held_b));
            for told in [told_a, told_b] {
                let hang = Duration::from_secs(60);
                assert_eq!(
                    told.recv_timeout(hang),
                    Ok(true),
                    "each waits, or it was destroyed too early"
                );
                // Disconnected when the closure is gone.
                assert_eq!(told.recv_timeout(hang), Err(mpsc::RecvTimeoutError::Disconnected));
            }
        }
    }
}
