//! Which process this is. fork copies one thread and all of memory: threads, workers and whoever
//! holds a lock stay behind in the parent, so what waits for them must not be used in the child.
#![allow(unsafe_code)]

use crate::Fault;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many forks lie between this process and the one that was started.
static FORKS: AtomicUsize = AtomicUsize::new(0);

/// The process that something was made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin(usize);

impl Origin {
    /// This process.
    pub(crate) fn this() -> Origin {
        watch();
        Origin(FORKS.load(Ordering::Relaxed))
    }

    /// Whether this process is that one still.
    pub(crate) fn is_this(self) -> bool {
        self.0 == FORKS.load(Ordering::Relaxed)
    }

    /// # Errors
    /// [`Fault::Forked`] of the executor `name` when this process was forked from that one.
    pub(crate) fn check(self, name: impl FnOnce() -> String) -> Result<(), Fault> {
        if self.is_this() { Ok(()) } else { Err(Fault::Forked { executor: name() }) }
    }
}

impl Default for Origin {
    fn default() -> Origin {
        Origin::this()
    }
}

/// The process that calls code which may fork. Such code comes back twice, and the copy would go on
/// with what the process does: report over its connections, and call the code that forks again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller(u32);

impl Caller {
    /// This process.
    pub(crate) fn this() -> Caller {
        Caller(std::process::id())
    }

    /// Ends this process if it is a copy of that one, without running what belongs to that one: exit
    /// handlers may wait for threads that were not copied. Asks the system, because not every way to
    /// fork tells the handlers of `watch`.
    pub(crate) fn end_copy(self) {
        if std::process::id() != self.0 {
            end();
        }
    }
}

#[cfg(unix)]
fn end() -> ! {
    // SAFETY: ends the process at once; no code of it runs afterwards.
    unsafe { libc::_exit(0) }
}

#[cfg(not(unix))]
fn end() -> ! {
    std::process::abort()
}

/// Sees to it that forks are counted, from the first call on.
#[cfg(unix)]
fn watch() {
    static WATCHED: std::sync::Once = std::sync::Once::new();
    WATCHED.call_once(|| {
        // It fails for want of memory only; then forks go unseen, and a pool that is used in a child
        // waits for threads that are not there.
        // SAFETY: the handler adds to an atomic number, which may be done at any time. The system
        // forgets it when it unloads the library that it lies in.
        let _ = unsafe { libc::pthread_atfork(None, None, Some(forked)) };
    });
}

/// Called in the child, on its only thread, before fork returns.
#[cfg(unix)]
extern "C" fn forked() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

#[cfg(not(unix))]
fn watch() {}
