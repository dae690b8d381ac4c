//! Who fills which slice, and when: an [`Executor`] runs the tasks of a job somewhere.
//!
//! Executors know nothing about kernels: they see numbered [`Tasks`]. What every executor owes its
//! caller is written once, in `shift.rs`: panics become faults, and the fault reported is the one
//! a serial run would have met.
//! Each task runs in the usual floating-point environment (see [Same bits](crate#same-bits)), closures
//! too, and what it changes there does not outlive it.
//!
//! In a child of fork [`Serial`] and [`Sim`] work as ever. Executors that have threads, workers or a lock
//! belong to the process that made them and refuse with [`Fault::Forked`]: what other threads held at
//! the fork is held for ever in the child, so nothing of theirs is started anew. Make new ones there.

mod above;
#[cfg(feature = "aio")]
mod futures;
mod locked;
mod pool;
#[cfg(all(feature = "procs", target_os = "linux"))]
mod procs;
mod ready;
mod serial;
mod shift;
mod sim;
mod threads;

#[cfg(feature = "aio")]
pub use futures::Async;
pub use locked::Locked;
#[cfg(all(feature = "procs", target_os = "linux"))]
pub use procs::{
    Harm, Procs, SharedCells, can_start_workers, is_worker, shared_cells, worker_main,
};
pub use serial::Serial;
pub use sim::{Prediction, Sim};
pub use threads::Threads;

use crate::kernel::{How, Job, Kernel};
use crate::{Error, Fault, Tasks};
use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Runs tasks: on this thread, on a pool, elsewhere.
pub trait Executor {
    /// What `--exec` calls it: `serial`, `threads:8`.
    fn name(&self) -> String;

    /// How many tasks may run at the same time.
    fn width(&self) -> usize;

    /// Runs every task once and returns when none of them is running any more, so `tasks` may
    /// borrow from the caller's stack.
    ///
    /// # Errors
    /// The fault of the lowest task that failed, whatever the schedule: tasks above a failed one
    /// may be skipped, those below still run.
    fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault>;
}

/// How a run is watched, held back and stopped.
#[derive(Clone, Copy)]
pub struct Control<'c> {
    /// Stops the run before the next task once it is set.
    pub cancel: Option<&'c Cancel>,
    /// Told of every start and end, from whatever thread the task runs on.
    pub on_event: Option<&'c (dyn Fn(Event) + Sync)>,
    /// At most this many tasks at once, even if the executor is wider. 0 counts as 1.
    pub throttle: Option<usize>,
    /// How often a task may kill its worker before it is given up.
    pub attempts: u32,
    /// How long one attempt of a task may take. Only an executor that can end a running task keeps
    /// to it: worker processes are killed, a thread cannot be.
    pub deadline: Option<Duration>,
}

impl Default for Control<'_> {
    fn default() -> Self {
        Control { cancel: None, on_event: None, throttle: None, attempts: 3, deadline: None }
    }
}

impl Control<'_> {
    /// How many tasks may run at once on an executor of this width.
    pub fn lanes(&self, width: usize) -> usize {
        self.throttle.map_or(width, |most| most.clamp(1, width))
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_some_and(Cancel::is_cancelled)
    }
}

/// A flag that stops a run.
#[derive(Debug, Default)]
pub struct Cancel(AtomicBool);

impl Cancel {
    /// Asks the run to stop. Tasks that have started are finished.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Something that happened to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// It starts.
    Start {
        /// Which task.
        task: usize,
        /// Which lane of the executor, below its width. A [`Sim`] gives lanes from its width
        /// upwards to tasks that nobody attends.
        worker: usize,
        /// When, since the run began.
        at: Duration,
    },
    /// It has ended.
    End {
        /// Which task.
        task: usize,
        /// Which lane of the executor.
        worker: usize,
        /// When, since the run began.
        at: Duration,
        /// Whether it did what it should.
        ok: bool,
    },
    /// Its worker is dead; it is tried again, or given up.
    Lost {
        /// Which task.
        task: usize,
        /// Which lane of the executor.
        worker: usize,
        /// When, since the run began.
        at: Duration,
        /// How often it has been tried by now.
        attempt: u32,
    },
}

/// What a run amounted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// Tasks done.
    pub tasks: usize,
    /// From the call to the return; in a simulation the time it says that this would take.
    pub wall: Duration,
    /// Attempts that ended with a dead worker and were made again.
    pub retried: usize,
    /// Workers that died or were killed.
    pub lost_workers: usize,
    /// Workers that were started to take their places.
    pub respawned: usize,
    /// Tasks that could not be sent to a worker process and ran here instead.
    pub at_home: usize,
    /// Whether `wall` is the virtual time of a [`Sim`], which no clock has shown.
    pub is_virtual: bool,
}

impl<E: Executor + ?Sized> Executor for Box<E> {
    fn name(&self) -> String {
        (**self).name()
    }

    fn width(&self) -> usize {
        (**self).width()
    }

    fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
        (**self).run(tasks, control)
    }
}

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
pub fn worker_main<R: Into<crate::kernel::Remote>>(_: impl IntoIterator<Item = R>) {}

/// The N of `threads:N`.
fn count(name: &str, text: &str) -> Result<usize, Error> {
    text.parse().map_err(|_| Error::argument(name, text, "must be a whole number"))
}

/// Runs a kernel: `place.run(what, how)`.
///
/// The result has the same bits wherever it runs, in whatever floating-point environment. Without a [`Control`] of your own pass
/// `&Control::default()`.
///
/// # Errors
/// [`Fault::Refused`] when the arguments break a rule; otherwise what the executor reports.
pub fn run<K: Kernel>(
    place: &dyn Executor,
    how: How,
    control: &Control<'_>,
    args: K::Args,
    input: K::Input<'_>,
) -> Result<K::Output, Fault> {
    let job = Job::<K>::new(args, input)?;
    let mut items = job.blank()?;
    place.run(&job.tasks(how, &mut items)?, control)?;
    Ok(job.finish(Cow::Owned(items)))
}

/// As [`run`], into a buffer of the caller's, laid out chunk after chunk: for in-place kernels, or
/// to save the allocation.
///
/// # Errors
/// As [`run`], and when `out` is not as long as the plan says.
pub fn run_into<K: Kernel>(
    place: &dyn Executor,
    how: How,
    control: &Control<'_>,
    args: K::Args,
    input: K::Input<'_>,
    out: &mut [K::Item],
) -> Result<Report, Fault> {
    let job = Job::<K>::new(args, input)?;
    place.run(&job.tasks(how, out)?, control)
}
