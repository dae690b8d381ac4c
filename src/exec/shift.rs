//! One run of some tasks, as every executor on this machine does it.

use super::above::{Above, Under};
use super::{Control, Event, Report};
use crate::error::panic_text;
use crate::{Fault, Tasks, fpenv};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Instant;

/// The bookkeeping of one run, shared by its lanes.
pub(super) struct Shift<'s> {
    tasks: &'s dyn Tasks,
    control: &'s Control<'s>,
    /// What its tasks have above them.
    above: Above,
    began: Instant,
    done: AtomicUsize,
    stopped: AtomicBool,
    // Tasks above the lowest failure need not run: a serial run would not have reached them.
    lowest_failure: AtomicUsize,
    fault: Mutex<Option<(usize, Fault)>>,
}

impl<'s> Shift<'s> {
    /// A run under whatever is above the caller.
    pub(super) fn begin(tasks: &'s dyn Tasks, control: &'s Control<'s>) -> Self {
        Self::under(Above::here(), tasks, control)
    }

    /// A run whose tasks have this above them.
    pub(super) fn under(above: Above, tasks: &'s dyn Tasks, control: &'s Control<'s>) -> Self {
        Shift {
            tasks,
            control,
            above,
            began: Instant::now(),
            done: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            lowest_failure: AtomicUsize::new(usize::MAX),
            fault: Mutex::new(None),
        }
    }

    /// Runs the task numbers of `source` until it ends or there is no point in going on.
    pub(super) fn lane(&self, worker: usize, mut source: impl FnMut() -> usize) {
        let _under = self.enter();
        let mut done = 0;
        loop {
            let task = source();
            if task >= self.tasks.len() || !self.goes_on(task) {
                break;
            }
            done += usize::from(self.one(task, worker));
        }
        self.done.fetch_add(done, Ordering::Relaxed);
    }

    /// Runs one task of a graph, or passes it over when there is no point in running it.
    pub(super) fn step(&self, task: usize, worker: usize) {
        let _under = self.enter();
        if self.goes_on(task) && self.one(task, worker) {
            self.done.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn enter(&self) -> Under {
        self.above.enter()
    }

    /// Whether a serial run would have come to this task, and nobody has cancelled.
    pub(super) fn goes_on(&self, task: usize) -> bool {
        if task > self.lowest_failure.load(Ordering::Relaxed) {
            return false;
        }
        if self.control.is_cancelled() {
            self.stopped.store(true, Ordering::Relaxed);
            return false;
        }
        true
    }

    fn one(&self, task: usize, worker: usize) -> bool {
        self.start(task, worker);
        self.end_of(task, worker, self.attempt(task))
    }

    /// Runs one task in this process and says nothing about it.
    pub(super) fn attempt(&self, task: usize) -> Result<(), Fault> {
        let _usual = fpenv::Guard::enter();
        catch_unwind(AssertUnwindSafe(|| self.tasks.run(task)))
            .unwrap_or_else(|panic| Err(Fault::Panic { task, why: panic_text(panic) }))
    }

    /// Says that a task begins.
    pub(super) fn start(&self, task: usize, worker: usize) {
        self.tell(|at| Event::Start { task, worker, at });
    }

    /// Takes down how a task ended whose start was told apart from it.
    pub(super) fn finish(&self, task: usize, worker: usize, outcome: Result<(), Fault>) {
        if self.end_of(task, worker, outcome) {
            self.done.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Says that a task's worker is dead.
    #[cfg(all(feature = "procs", target_os = "linux"))]
    pub(super) fn lost(&self, task: usize, worker: usize, attempt: u32) {
        self.tell(|at| Event::Lost { task, worker, at, attempt });
    }

    fn end_of(&self, task: usize, worker: usize, outcome: Result<(), Fault>) -> bool {
        let ok = outcome.is_ok();
        self.tell(|at| Event::End { task, worker, at, ok });
        if let Err(fault) = outcome {
            self.failed(task, fault);
        }
        ok
    }

    fn tell(&self, event: impl FnOnce(std::time::Duration) -> Event) {
        if let Some(listener) = self.control.on_event {
            listener(event(self.began.elapsed()));
        }
    }

    /// A task has failed: those above it need not run.
    pub(super) fn failed(&self, task: usize, fault: Fault) {
        self.lowest_failure.fetch_min(task, Ordering::Relaxed);
        self.give_up(task, fault);
    }

    /// A task is given up, and the others are done all the same.
    pub(super) fn give_up(&self, task: usize, fault: Fault) {
        let mut lowest = self.fault.lock().unwrap_or_else(|dead| dead.into_inner());
        if lowest.as_ref().is_none_or(|(known, _)| task < *known) {
            *lowest = Some((task, fault));
        }
    }

    pub(super) fn end(self) -> Result<Report, Fault> {
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
