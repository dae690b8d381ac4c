//! Who fills which slice, and when: an [`Executor`] runs the tasks of a job somewhere.
//!
//! Executors know nothing about kernels: they see numbered [`Tasks`](crate::Tasks). What every executor
//! owes its caller is written once, in [`executor`](crate::executor), where one of your own finds it too.
//! Each task runs in the usual floating-point environment (see [Same bits](crate#same-bits)), closures
//! too, and what it changes there does not outlive it.
//!
//! In a child of fork [`Serial`] and [`Sim`] work as ever. Executors that have threads, workers or a lock
//! belong to the process that made them and refuse with [`Fault::Forked`](crate::Fault::Forked): what other threads held at
//! the fork is held for ever in the child, so nothing of theirs is started anew. Make new ones there.

#[cfg(feature = "aio")]
mod futures;
mod locked;
mod pool;
#[cfg(all(feature = "procs", target_os = "linux"))]
mod procs;
mod ready;
mod serial;
mod sim;
mod threads;
mod walk;

#[cfg(feature = "aio")]
pub use futures::Async;
pub use locked::Locked;
#[cfg(all(feature = "procs", target_os = "linux"))]
pub use procs::{
    Procs, SharedCells, Signal, can_start_workers, is_worker, shared_cells, worker_main,
};
pub use serial::Serial;
pub use sim::{Prediction, Sim};
pub use threads::Threads;

pub use crate::executor::{Cancel, Control, Event, Executor, Report};

use crate::Error;

/// An executor that can be shared between threads.
type Place = Box<dyn Executor + Sync>;

/// The names that [`parse`] knows, without their counts.
pub const NAMES: &[&str] = &[
    "serial",
    "threads",
    #[cfg(feature = "aio")]
    "async",
    "locked",
    "procs",
    "sim",
];

/// The executor that `text` names: `serial`, `threads` (one per core) or `threads:N`, `async` or
/// `async:N`, `procs` or `procs:N`, `sim` or `sim:N`, `locked:` and the name of another.
///
/// # Errors
/// [`Error::Unknown`] with the nearest name, or [`Error::Argument`] for a bad count.
pub fn parse(text: &str) -> Result<Box<dyn Executor + Sync>, Error> {
    let (name, rest) = match text.split_once(':') {
        Some((name, rest)) => (name, Some(rest)),
        None => (text, None),
    };
    match (name, rest) {
        ("serial", None) => Ok(Box::new(Serial)),
        ("serial", Some(count)) => {
            Err(Error::argument("serial", count, "takes no count: it is always one thread"))
        }
        ("procs", None) => procs(pool::cores()),
        ("procs", Some(text)) => procs(count("procs", text)?),
        ("threads", None) => Ok(Box::new(Threads::per_core()?)),
        ("threads", Some(text)) => Ok(Box::new(Threads::new(count("threads", text)?)?)),
        #[cfg(feature = "aio")]
        ("async", None) => Ok(Box::new(Async::per_core()?)),
        #[cfg(feature = "aio")]
        ("async", Some(text)) => Ok(Box::new(Async::new(count("async", text)?)?)),
        ("sim", None) => Ok(Box::new(Sim::new(pool::cores())?)),
        ("sim", Some(text)) => Ok(Box::new(Sim::new(count("sim", text)?)?)),
        ("locked", None) => Err(Error::argument("locked", "", "which executor: locked:threads:2")),
        ("locked", Some(inner)) if inner.starts_with("locked") => {
            Err(Error::argument("locked", inner, "one lock is enough"))
        }
        ("locked", Some(inner)) => Ok(Box::new(Locked::<Place>::new(parse(inner)?))),
        _ => Err(Error::unknown("executor", name, NAMES.iter().copied())),
    }
}

#[cfg(all(feature = "procs", target_os = "linux"))]
fn procs(count: usize) -> Result<Box<dyn Executor + Sync>, Error> {
    Ok(Box::new(Procs::new(count)?))
}

/// Whether this process can start workers of itself.
#[cfg(not(all(feature = "procs", target_os = "linux")))]
pub fn can_start_workers() -> bool {
    false
}

/// Whether this process is a worker: not where there are none.
#[cfg(not(all(feature = "procs", target_os = "linux")))]
pub fn is_worker() -> bool {
    false
}

#[cfg(not(all(feature = "procs", target_os = "linux")))]
fn procs(_: usize) -> Result<Box<dyn Executor + Sync>, Error> {
    let rule = "worker processes need Linux and this crate's feature `procs`";
    Err(Error::argument("executor", "procs", rule))
}

/// Where there are no worker processes every process is one that somebody started.
#[cfg(all(feature = "procs", not(target_os = "linux")))]
pub fn worker_main<R: Into<crate::Remote>>(_: impl IntoIterator<Item = R>) {}

/// The N of `threads:N`.
fn count(name: &str, text: &str) -> Result<usize, Error> {
    text.parse().map_err(|_| Error::argument(name, text, "must be a whole number"))
}
