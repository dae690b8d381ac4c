//! 33. Completion to waker: C calls back when a job is done, and a future wakes up.
//!
//! # What goes wrong
//! A future may be dropped at any moment: a timeout, a `select`, a client that hangs up. C does not
//! know. It goes on reading the buffer that died with the future, and then calls back with a pointer
//! to it.
//!
//! # The right way
//! What C uses does not belong to the future. Buffer, result and waker lie in one `Arc`; C's `user`
//! pointer *is* one of its references, made by `Arc::into_raw` when the job is handed over and taken
//! back by the callback, which C promises to call once. So [`Summing`] may be dropped whenever it likes:
//! that asks C to stop early, and the memory goes with whoever lets go last.
//!
//! The callback runs on C's thread, between C's frames: it stores the result, and wakes outside the
//! lock; a waker that panics must not unwind into C. No runtime is needed, and every runtime will do.
//!
//! ```
//! use abreast_patterns::completion_waker::Summer;
//! use std::{future::Future, pin::pin, sync::Arc, task::{Context, Poll, Wake}, thread};
//!
//! struct Unpark(thread::Thread);
//! impl Wake for Unpark {
//!     fn wake(self: Arc<Self>) { self.0.unpark() }
//! }
//! let summer = Summer::new()?;
//! let mut sum = pin!(async { summer.sum(vec![1.5; 4])?.await });
//! let waker = Arc::new(Unpark(thread::current())).into();
//! let total = loop {
//!     match sum.as_mut().poll(&mut Context::from_waker(&waker)) {
//!         Poll::Ready(total) => break total?,
//!         Poll::Pending => thread::park(),
//!     }
//! };
//! assert_eq!(total, 6.0);
//! # Ok::<(), abreast_patterns::completion_waker::Error>(())
//! ```
//!
//! # The wrong way
//! `buffer_dies_with_its_future` frees the numbers while the job waits in C's queue: the sum of 256 ones
//! is not 256, and AddressSanitizer reports the read.
//!
//! # The foreign side
#![doc = concat!("```c\n", include_str!("../csrc/completion_waker/completion_waker.h"), "```")]
#![doc = concat!("```c\n", include_str!("../csrc/completion_waker/completion_waker.c"), "```")]
#![allow(unsafe_code)]

use std::any::Any;
use std::ffi::c_void;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

// Pattern: what C uses and what a future waits for, in one place that both own.

/// The declarations of `completion_waker.h`.
#[allow(non_camel_case_types, missing_docs)]
pub mod raw {
    use std::ffi::c_void;

    #[repr(C)]
    pub struct ab_summer {
        opaque: [u8; 0],
        marker: std::marker::PhantomData<(*mut u8, std::marker::PhantomPinned)>,
    }

    pub const AB_SUM_OK: i32 = 0;
    pub const AB_SUM_CANCELLED: i32 = 1;
    pub const AB_SUM_NO_MEMORY: i32 = 2;

    pub type ab_sum_done = unsafe extern "C" fn(user: *mut c_void, status: i32, sum: f64);

    unsafe extern "C" {
        // Safe: takes nothing, and returns null or a handle of its own.
        pub safe fn ab_summer_new() -> *mut ab_summer;
        pub fn ab_summer_free(summer: *mut ab_summer);
        pub fn ab_summer_submit(
            summer: *mut ab_summer,
            n: usize,
            x: *const f64,
            done: ab_sum_done,
            user: *mut c_void,
            id: *mut u64,
        ) -> i32;
        pub fn ab_summer_cancel(summer: *mut ab_summer, id: u64);
        // Example: what else the library does.
        pub fn ab_summer_pause(summer: *mut ab_summer, paused: i32);
        pub fn ab_summer_cancelled(summer: *mut ab_summer) -> u64;
        pub fn ab_summer_now(n: usize, x: *const f64) -> f64;
    }
}

/// Why there is no sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// C could not start its thread or keep the job.
    #[error("C has no memory or no thread for it")]
    NoMemory,
    /// The job was told to end before it had.
    #[error("the job was cancelled")]
    Cancelled,
    /// A status that the header does not name.
    #[error("C returned {0}, which its header does not name")]
    Status(i32),
}

fn status(code: i32) -> Result<(), Error> {
    match code {
        raw::AB_SUM_OK => Ok(()),
        raw::AB_SUM_CANCELLED => Err(Error::Cancelled),
        raw::AB_SUM_NO_MEMORY => Err(Error::NoMemory),
        other => Err(Error::Status(other)),
    }
}

#[derive(Debug)]
struct Library(NonNull<raw::ab_summer>);

// SAFETY: "any thread", says the header of every function that takes it.
unsafe impl Send for Library {}
// SAFETY: as above: C has a lock.
unsafe impl Sync for Library {}

impl Drop for Library {
    fn drop(&mut self) {
        // SAFETY: made by `ab_summer_new`, ended here only; even from inside a callback.
        unsafe { raw::ab_summer_free(self.0.as_ptr()) }
    }
}

/// The library and its thread, which end with the last of its clones and jobs.
#[derive(Debug, Clone)]
pub struct Summer(Arc<Library>);

impl Summer {
    /// Starts the library.
    ///
    /// # Errors
    /// [`Error::NoMemory`].
    pub fn new() -> Result<Summer, Error> {
        let made = NonNull::new(raw::ab_summer_new());
        made.map(|summer| Summer(Arc::new(Library(summer)))).ok_or(Error::NoMemory)
    }

    /// Hands over a job; it is in C's queue from now on, polled or not.
    ///
    /// # Errors
    /// [`Error::NoMemory`].
    pub fn sum(&self, x: Vec<f64>) -> Result<Summing, Error> {
        let shared = Arc::new(Shared { x, state: Mutex::new(State::Waiting(None)) });
        let user = Arc::into_raw(shared.clone());
        let (library, n, x) = (self.0.0.as_ptr(), shared.x.len(), shared.x.as_ptr());
        let mut id = 0;
        // SAFETY: the numbers lie in `shared`, of which C gets a reference for as long as it reads:
        // until it has called `done`, which takes it back.
        let code =
            unsafe { raw::ab_summer_submit(library, n, x, done, user.cast_mut().cast(), &mut id) };
        if let Err(why) = status(code) {
            // SAFETY: from `into_raw` above; there is no job that would take it back.
            drop(unsafe { Arc::from_raw(user) });
            return Err(why);
        }
        Ok(Summing { library: self.clone(), id, shared })
    }

    // Example: what else the library does.

    /// Holds back the jobs that have not begun, or lets them go.
    pub fn pause(&self, paused: bool) {
        // SAFETY: alive; any thread may.
        unsafe { raw::ab_summer_pause(self.0.0.as_ptr(), paused.into()) }
    }

    /// How many jobs ended early.
    pub fn cancelled(&self) -> u64 {
        // SAFETY: alive; any thread may.
        unsafe { raw::ab_summer_cancelled(self.0.0.as_ptr()) }
    }
}

/// What the future and C have in common.
#[derive(Debug)]
struct Shared {
    /// What C reads. Never changed, never moved.
    x: Vec<f64>,
    state: Mutex<State>,
}

/// The raw pointer in C's queue hides from the compiler that this goes to another thread.
const _: fn() = || {
    fn for_two_threads<T: Send + Sync>() {}
    for_two_threads::<Shared>();
};

#[derive(Debug)]
enum State {
    Waiting(Option<Waker>),
    Done(Result<f64, Error>),
}

impl Shared {
    /// No panic can break it: wakers, which are anybody's code, are not called under the lock.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// C's thread says that a job has ended.
unsafe extern "C" fn done(user: *mut c_void, code: i32, sum: f64) {
    // SAFETY: the reference that `sum` made for C, which calls this once per job.
    let shared = unsafe { Arc::from_raw(user.cast_const().cast::<Shared>()) };
    let result = status(code).map(|()| sum);
    let before = std::mem::replace(&mut *shared.state(), State::Done(result));
    let State::Waiting(Some(waker)) = before else { return };
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
        // Below are C's frames.
        discard(panic);
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

/// A sum to come. Dropping it cancels the job.
#[derive(Debug)]
#[must_use = "the job is cancelled when this is dropped"]
pub struct Summing {
    library: Summer,
    id: u64,
    shared: Arc<Shared>,
}

impl Future for Summing {
    type Output = Result<f64, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // Cloned and dropped outside the lock: both are anybody's code.
        let waker = context.waker().clone();
        let mut state = self.shared.state();
        let _old = match &mut *state {
            State::Done(result) => return Poll::Ready(*result),
            // The last poll's waker counts: the task may have moved to another thread.
            State::Waiting(kept) => kept.replace(waker),
        };
        drop(state);
        Poll::Pending
    }
}

impl Drop for Summing {
    fn drop(&mut self) {
        // SAFETY: alive; any thread may; a job that has ended is no error.
        unsafe { raw::ab_summer_cancel(self.library.0.0.as_ptr(), self.id) }
    }
}

// Example: tests.

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;
    use std::time::Duration;
    use std::{sync::mpsc, thread};

    struct Unpark(thread::Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut future = pin!(future);
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(output) => return output,
                Poll::Pending => thread::park(),
            }
        }
    }

    #[test]
    fn no_wake_is_lost() {
        let summer = Summer::new().unwrap();
        for n in 0..20_000 {
            let sum = block_on(summer.sum(vec![0.5; n % 50]).unwrap());
            assert_eq!(sum, Ok((n % 50) as f64 / 2.0));
        }
        let all: Vec<Summing> = (0..1000).map(|n| summer.sum(vec![1.0; n]).unwrap()).collect();
        for (n, sum) in all.into_iter().enumerate() {
            assert_eq!(block_on(sum), Ok(n as f64));
        }
        assert_eq!(summer.cancelled(), 0);
    }

    #[test]
    fn a_dropped_future_cancels_and_its_memory_waits_for_c() {
        let summer = Summer::new().unwrap();
        summer.pause(true);
        let dropped = summer.sum(vec![1.0; 64]).unwrap();
        let memory = Arc::downgrade(&dropped.shared);
        drop(dropped);
        assert_eq!(memory.strong_count(), 1, "C's reference");
        let next = summer.sum(vec![2.0]).unwrap();
        summer.pause(false);
        assert_eq!(block_on(next), Ok(2.0));
        assert_eq!(memory.strong_count(), 0);
        assert_eq!(summer.cancelled(), 1);
    }

    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
            std::panic::panic_any(Bomb);
        }
    }

    /// What the panic carries panics when it is dropped.
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a bad waker's payload");
        }
    }

    #[test]
    fn the_last_poll_is_woken_once_and_a_panic_stays_there() {
        let summer = Summer::new().unwrap();
        summer.pause(true);
        let mut sum = summer.sum(vec![1.0]).unwrap();
        let wakers = [0, 1].map(|_| Arc::new(Count(AtomicUsize::new(0))));
        for waker in &wakers {
            let waker = Waker::from(waker.clone());
            assert!(Pin::new(&mut sum).poll(&mut Context::from_waker(&waker)).is_pending());
        }
        summer.pause(false);
        // Jobs end in the order in which they came.
        assert_eq!(block_on(summer.sum(vec![3.0]).unwrap()), Ok(3.0));
        assert_eq!(wakers.map(|waker| waker.0.load(Ordering::SeqCst)), [0, 1]);
        assert_eq!(block_on(sum), Ok(1.0));
    }

    /// A waker that drops the task, as executors do that shut down.
    struct Shutdown(Mutex<Option<Summing>>, mpsc::Sender<()>);

    impl Wake for Shutdown {
        fn wake(self: Arc<Self>) {
            drop(self.0.lock().unwrap().take());
            self.1.send(()).unwrap();
        }
    }

    #[test]
    fn the_library_may_end_on_its_own_thread() {
        let (ended, end) = mpsc::channel();
        let summer = Summer::new().unwrap();
        summer.pause(true);
        let task = Arc::new(Shutdown(Mutex::new(summer.sum(vec![1.0]).ok()), ended));
        let waker = Waker::from(task.clone());
        let mut sum = task.0.lock().unwrap();
        let polled = Pin::new(sum.as_mut().unwrap()).poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending());
        drop(sum);
        summer.pause(false);
        // From here on only the future keeps the library.
        drop(summer);
        assert_eq!(end.recv(), Ok(()));
    }

    /// Two libraries, each of whose threads lets go of the other.
    fn end_each_other() {
        let tasks = [0, 1].map(|_| {
            let (ended, end) = mpsc::channel();
            (Arc::new(Shutdown(Mutex::new(None), ended)), end)
        });
        let summers = [0, 1].map(|_| Summer::new().unwrap());
        let mut held: Vec<_> = tasks.iter().map(|(task, _)| task.0.lock().unwrap()).collect();
        for (i, summer) in summers.iter().enumerate() {
            summer.pause(true);
            let mut sum = summer.sum(vec![1.0]).unwrap();
            let waker = Waker::from(tasks[i].0.clone());
            assert!(Pin::new(&mut sum).poll(&mut Context::from_waker(&waker)).is_pending());
            *held[1 - i] = Some(sum);
        }
        summers.iter().for_each(|summer| summer.pause(false));
        // Both threads wait for their task's lock, and each sum is the last owner of its library.
        drop(summers);
        drop(held);
        let hang = Duration::from_secs(60);
        tasks.iter().for_each(|(_, end)| assert_eq!(end.recv_timeout(hang), Ok(()), "each waits"));
    }

    #[test]
    fn two_libraries_may_end_each_other() {
        (0..20).for_each(|_| end_each_other());
    }

    #[test]
    fn every_status_has_an_error() {
        assert_eq!(
            [0, 1, 2, 9].map(status),
            [Ok(()), Err(Error::Cancelled), Err(Error::NoMemory), Err(Error::Status(9))]
        );
    }
}
