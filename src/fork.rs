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
