//! Threads that wait for work.

use crate::fork::Origin;
use crate::{Error, Fault};
use rayon::ThreadPool;
use std::sync::Arc;
use std::time::Duration;

/// More threads than this are refused: almost certainly a typo.
pub(super) const MAX: usize = 4096;

/// Threads, in the process that started them.
#[derive(Debug)]
pub(super) struct Pool {
    // There until it is dropped.
    threads: Option<Arc<ThreadPool>>,
    width: usize,
    origin: Origin,
}

impl Pool {
    /// A pool of `count` threads for the executor called `name`.
    ///
    /// # Errors
    /// [`Error::Argument`] when `count` is 0 or above [`MAX`], or when the system does not give that
    /// many threads.
    pub(super) fn new(name: &str, count: usize) -> Result<Pool, Error> {
        check_width(name, count)?;
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(count)
            .thread_name(|i| format!("abreast-{i}"))
            .build()
            .map_err(|why| Error::argument(name, count, why.to_string()))?;
        Self::of(name, Arc::new(threads))
    }

    /// The threads of somebody else, who made them in this process.
    ///
    /// # Errors
    /// [`Error::Argument`] when there are more than [`MAX`].
    pub(super) fn of(name: &str, threads: Arc<ThreadPool>) -> Result<Pool, Error> {
        let width = threads.current_num_threads();
        check_width(name, width)?;
        Ok(Pool { threads: Some(threads), width, origin: Origin::this() })
    }

    /// How many threads it was made with.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The threads, for the executor called `name`.
    ///
    /// # Errors
    /// [`Fault::Forked`] in another process: nobody there would ever do the work. Threads are not
    /// started anew, because what a thread of the parent held at the fork is held for ever.
    pub(super) fn threads(&self, name: impl FnOnce() -> String) -> Result<&ThreadPool, Fault> {
        self.origin.check(name)?;
        Ok(self.threads.as_deref().expect("there until it is dropped"))
    }
}

fn check_width(name: &str, count: usize) -> Result<(), Error> {
    match count {
        1..=MAX => Ok(()),
        _ => Err(Error::argument(name, count, format!("must be between 1 and {MAX}"))),
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        if !self.origin.is_this() {
            // To end them would take locks that threads of the parent may have held at the fork.
            std::mem::forget(self.threads.take());
        }
    }
}

/// Whether this is a thread of some pool. Such a thread does the pool's other work while it waits, by [`help`]: what it
/// waits for may be just that work, and there may be no other thread for it.
pub(super) fn is_here() -> bool {
    rayon::current_thread_index().is_some()
}

/// Does a piece of the pool's work, if there is any.
pub(super) fn help() -> bool {
    rayon::yield_now() == Some(rayon::Yield::Executed)
}

/// How long a thread of a pool waits before it looks for work again.
pub(super) const GLANCE: Duration = Duration::from_micros(50);

/// One for each core this process may use; two hardware threads of a core count once.
pub(super) fn cores() -> usize {
    let allowed = std::thread::available_parallelism().map_or(1, |n| n.get());
    allowed.min(num_cpus::get_physical()).max(1)
}
