//! One run of some tasks, as every executor does it.

use super::nesting::{Entered, Nesting};
use super::{Control, Event, Report};
use crate::error::panic_text;
use crate::{Fault, Tasks, fpenv};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

/// The bookkeeping of one run, shared by all that work on it.
///
/// Tasks that run in this process go through [`all`](Self::all) or [`step`](Self::step). A task that is
/// done elsewhere is [`started`](Self::started), its bytes go to [`Tasks::receive`], and it has
/// [`ended`](Self::ended).
pub struct RunState<'s> {
    tasks: &'s dyn Tasks,
    control: &'s Control<'s>,
    nesting: Nesting,
    began: Instant,
    done: AtomicUsize,
    stopped: AtomicBool,
    // Tasks above the lowest failure need not run: a serial run would not have reached them.
    lowest_failure: AtomicUsize,
    fault: Mutex<Option<(usize, Fault)>>,
}

impl<'s> RunState<'s> {
    /// A run within whatever the caller is within.
    pub fn begin(tasks: &'s dyn Tasks, control: &'s Control<'s>) -> Self {
        Self::within(Nesting::here(), tasks, control)
    }

    /// A run whose tasks are within this.
    pub fn within(nesting: Nesting, tasks: &'s dyn Tasks, control: &'s Control<'s>) -> Self {
        RunState {
            tasks,
            control,
            nesting,
            began: Instant::now(),
            done: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            lowest_failure: AtomicUsize::new(usize::MAX),
            fault: Mutex::new(None),
        }
    }

    /// Runs the tasks that `next` names, on this thread as worker number `worker`, until there are no
    /// more or there is no point in going on. Several threads may do this at once.
    #[inline]
    pub fn all(&self, worker: usize, mut next: impl FnMut() -> Option<usize>) {
        let (_within, _usual) = (self.enter(), fpenv::Guard::enter());
        let mut done = 0;
        while let Some(task) = next() {
            if task >= self.tasks.len() || !self.goes_on(task) {
                break;
            }
            done += usize::from(self.one_of_many(task, worker));
        }
        self.done.fetch_add(done, Ordering::Relaxed);
    }

    /// Runs one task, or passes it over when there is no point in running it.
    pub fn step(&self, task: usize, worker: usize) {
        let _within = self.enter();
        if self.goes_on(task) {
            self.started(task, worker);
            self.ended(task, worker, self.attempt(task));
        }
    }

    /// Runs `task`, or passes it over, and then the one that `next` names after it, until it names none.
    pub(crate) fn steps(
        &self,
        worker: usize,
        mut task: usize,
        mut next: impl FnMut(usize) -> Option<usize>,
    ) {
        let (_within, _usual) = (self.enter(), fpenv::Guard::enter());
        let mut done = 0;
        loop {
            done += usize::from(self.goes_on(task) && self.one_of_many(task, worker));
            match next(task) {
                Some(following) => task = following,
                None => break,
            }
        }
        self.done.fetch_add(done, Ordering::Relaxed);
    }

    fn enter(&self) -> Entered {
        self.nesting.enter()
    }

    /// Whether a serial run would have come to this task, and nobody has cancelled.
    pub fn goes_on(&self, task: usize) -> bool {
        if task > self.lowest_failure.load(Ordering::Relaxed) {
            return false;
        }
        if self.control.is_cancelled() {
            self.stopped.store(true, Ordering::Relaxed);
            return false;
        }
        true
    }

    /// Runs one of several tasks within one guard.
    #[inline]
    fn one_of_many(&self, task: usize, worker: usize) -> bool {
        self.started(task, worker);
        let how = self.caught(task);
        // The next one must not suffer for what this one has done.
        fpenv::settle();
        self.ended_as(task, worker, how)
    }

    /// Runs one task in this process and notes nothing.
    ///
    /// # Errors
    /// What the task reports; a panic as [`Fault::Panic`].
    pub fn attempt(&self, task: usize) -> Result<(), Fault> {
        let _usual = fpenv::Guard::enter();
        self.caught(task)
    }

    #[inline]
    fn caught(&self, task: usize) -> Result<(), Fault> {
        catch_unwind(AssertUnwindSafe(|| self.tasks.run(task)))
            .unwrap_or_else(|panic| Err(Fault::Panic { task, why: panic_text(panic) }))
    }

    /// Notes that a task begins.
    pub fn started(&self, task: usize, worker: usize) {
        self.notify(|at| Event::Start { task, worker, at });
    }

    /// Notes how a task has ended that was [`started`](Self::started) by itself.
    pub fn ended(&self, task: usize, worker: usize, how: Result<(), Fault>) {
        if self.ended_as(task, worker, how) {
            self.done.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Notes that a task's worker is dead, after so many attempts.
    pub fn lost(&self, task: usize, worker: usize, attempt: u32) {
        self.notify(|at| Event::Lost { task, worker, at, attempt });
    }

    fn ended_as(&self, task: usize, worker: usize, how: Result<(), Fault>) -> bool {
        let ok = how.is_ok();
        self.notify(|at| Event::End { task, worker, at, ok });
        if let Err(fault) = how {
            self.failed(task, fault);
        }
        ok
    }

    fn notify(&self, event: impl FnOnce(std::time::Duration) -> Event) {
        if let Some(listener) = self.control.on_event {
            listener(event(self.began.elapsed()));
        }
    }

    /// A task has failed: those above it need not run.
    pub fn failed(&self, task: usize, fault: Fault) {
        self.lowest_failure.fetch_min(task, Ordering::Relaxed);
        self.give_up(task, fault);
    }

    /// A task is given up, and the others are done all the same.
    pub fn give_up(&self, task: usize, fault: Fault) {
        let mut lowest = self.fault.lock().unwrap_or_else(|dead| dead.into_inner());
        if lowest.as_ref().is_none_or(|(known, _)| task < *known) {
            *lowest = Some((task, fault));
        }
    }

    /// The end of the run.
    ///
    /// # Errors
    /// The fault of the lowest task that failed; [`Fault::Cancelled`].
    pub fn end(self) -> Result<Report, Fault> {
        if let Some((_, fault)) = self.fault.into_inner().unwrap_or_else(|dead| dead.into_inner()) {
            return Err(fault);
        }
        if self.stopped.into_inner() {
            return Err(Fault::Cancelled);
        }
        let (tasks, wall) = (self.done.into_inner(), self.began.elapsed());
        Ok(Report { tasks, wall, ..Report::default() })
    }
}
