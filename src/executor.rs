//! What runs tasks, and what every executor owes its caller.
//!
//! An [`Executor`] gets numbered [`Tasks`] and runs each of them once. Those of this crate are in
//! [`exec`](crate::exec). One of your own needs this module and [`remote`](crate::remote), and nothing of
//! any kernel:
//!
//! - [`RunState`]: the bookkeeping of one run. With it panics become faults, the fault reported is the one
//!   a serial run would have met, events are sent, and the floating-point environment is the usual one.
//! - [`Nesting`]: refuses executors within each other that would wait for themselves.
//! - [`Tasks::message`] and [`Tasks::receive`]: a task in bytes, for another process or machine.
//!
//! ```
//! use abreast::executor::{Control, Executor, Report, RunState};
//! use abreast::{Fault, Tasks, kernels::dot::Dot};
//!
//! /// Runs the last task first.
//! struct Backwards;
//!
//! impl Executor for Backwards {
//!     fn name(&self) -> String {
//!         "backwards".into()
//!     }
//!     fn width(&self) -> usize {
//!         1
//!     }
//!     fn run(&self, tasks: &dyn Tasks, control: &Control<'_>) -> Result<Report, Fault> {
//!         let run = RunState::begin(tasks, control);
//!         let mut left = (0..tasks.len()).rev();
//!         run.all(0, || left.next());
//!         run.end()
//!     }
//! }
//!
//! let x = vec![0.1f64; 200_000];
//! let dot = Dot::job(&x, &x)?.on(&Backwards)?;
//! assert_eq!(dot.to_bits(), abreast::dot(&x, &x)?.to_bits());
//! # Ok::<(), Fault>(())
//! ```
//! (It ignores [`Tasks::needs`], so it is not for graphs: those need their order.)

mod nesting;
mod run_state;

pub use nesting::{Entered, Nesting};
pub use run_state::RunState;

use crate::{Error, Fault, Tasks};
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
    pub fn slots(&self, width: usize) -> usize {
        self.throttle.map_or(width, |most| most.clamp(1, width))
    }

    /// Whether the run is to stop.
    pub fn is_cancelled(&self) -> bool {
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
        /// Which slot of the executor, below its width. A [`Sim`](crate::exec::Sim) gives slots from its
        /// width upwards to tasks that nobody attends.
        worker: usize,
        /// When, since the run began.
        at: Duration,
    },
    /// It has ended.
    End {
        /// Which task.
        task: usize,
        /// Which slot of the executor.
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
        /// Which slot of the executor.
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
    pub ran_locally: usize,
    /// Whether `wall` is the virtual time of a [`Sim`](crate::exec::Sim), which no clock has shown.
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

/// Whether the order of numbers is an order to run in, as it must be: for an executor that keeps to it.
///
/// # Errors
/// [`Error::Argument`] when a task needs one that is not below it.
pub fn check_order(tasks: &dyn Tasks) -> Result<(), Error> {
    edges_of(tasks).try_for_each(|(i, need)| check_edge(i, need))
}

/// Every task with each of its needs.
pub(crate) fn edges_of(tasks: &dyn Tasks) -> impl Iterator<Item = (usize, usize)> {
    (0..tasks.len()).flat_map(|i| tasks.needs(i).iter().map(move |need| (i, *need as usize)))
}

pub(crate) fn check_edge(i: usize, need: usize) -> Result<(), Error> {
    if need < i {
        return Ok(());
    }
    let rule = "a task may need only tasks of lower number";
    Err(Error::argument(format!("task {i} needs"), need, rule))
}
