//! The tables' locks when a process forks: whoever holds one at that moment does not come along to the
//! child, where it would be held for ever. So the thread that forks takes them first, and lets go of
//! them on both sides.

use crate::names::NAMES;
use crate::pool::POOLS;
use crate::sample::SAMPLES;
use std::cell::UnsafeCell;
use std::sync::{Mutex, MutexGuard, Once};

/// A lock that can be held across a fork.
pub(crate) struct Lock<T: 'static> {
    lock: Mutex<T>,
    across: UnsafeCell<Option<MutexGuard<'static, T>>>,
}

// SAFETY: `across` is touched by `hold` and `let_go` only, on the thread that has the lock.
unsafe impl<T: Send> Sync for Lock<T> {}

impl<T> Lock<T> {
    pub(crate) const fn new(value: T) -> Lock<T> {
        Lock { lock: Mutex::new(value), across: UnsafeCell::new(None) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        watch();
        self.lock.lock().unwrap_or_else(|dead| dead.into_inner())
    }

    /// Takes the lock until `let_go`.
    fn hold(&'static self) {
        let held = self.lock();
        // SAFETY: this thread has the lock, so nobody else is here.
        unsafe { *self.across.get() = Some(held) };
    }

    /// # Safety
    /// This thread, or the one that it is the copy of, has called `hold` last.
    unsafe fn let_go(&'static self) {
        // SAFETY: this thread has the lock.
        drop(unsafe { (*self.across.get()).take() });
    }
}

/// Registers the handlers, once.
#[cfg(unix)]
fn watch() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        // It fails for want of memory only, and then a fork is as dangerous as it is without.
        // SAFETY: the handlers take and let go of locks, which is all that they do. The system forgets
        // them when it unloads this library, which it never does: see build.rs.
        let _ = unsafe { libc::pthread_atfork(Some(before), Some(after), Some(after)) };
    });
}

#[cfg(not(unix))]
fn watch() {}

#[cfg(unix)]
extern "C" fn before() {
    POOLS.slots().hold();
    SAMPLES.slots().hold();
    NAMES.hold();
}

#[cfg(unix)]
extern "C" fn after() {
    // SAFETY: the system calls this after `before`, on the same thread or on its copy in the child.
    unsafe { NAMES.let_go() };
    // SAFETY: as above.
    unsafe { SAMPLES.slots().let_go() };
    // SAFETY: as above.
    unsafe { POOLS.slots().let_go() };
}
