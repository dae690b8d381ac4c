//! Rank 0's own tasks on an executor that does several at once.

use crate::run::Run;
use abreast::executor::{Control, Event, RunState};
use abreast::remote::Message;
use abreast::tasks::Fill;
use abreast::{Fault, Tasks};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Mutex;

/// Some tasks of a run, as tasks of their own. How each ends is noted in the run that they are of.
pub struct Share<'s> {
    run: &'s Run<'s>,
    inside: Inside<'s>,
}

/// What the threads of the executor see.
struct Inside<'s> {
    tasks: &'s dyn Tasks,
    state: &'s RunState<'s>,
    range: Range<usize>,
    faults: Mutex<HashMap<usize, Fault>>,
}

impl<'s> Share<'s> {
    /// These tasks, none of which needs another of them.
    pub fn of(run: &'s Run<'s>, range: Range<usize>) -> Share<'s> {
        let inside = Inside { tasks: run.tasks, state: run.state, range, faults: Mutex::default() };
        Share { run, inside }
    }

    /// Does them.
    pub fn run(&self) {
        let Run { team, inner, control, slots, .. } = self.run;
        let (first, inside, record) = (self.inside.range.start, &self.inside, &team.record);
        let deadline = self.run.deadline();
        let on_event = |event| match event {
            Event::Start { task, worker, .. } => {
                record.task(worker, first + task, deadline);
                inside.state.started(first + task, worker);
            }
            Event::End { task, worker, ok, .. } => {
                record.idle(worker);
                inside.ended(first + task, worker, ok);
            }
            Event::Lost { task, worker, attempt, .. } => {
                inside.state.lost(first + task, worker, attempt);
            }
            _ => {}
        };
        let control =
            Control { on_event: Some(&on_event), throttle: Some(slots[0].len()), ..**control };
        if let Err(fault) = inner.here.run(inside, &control) {
            self.failed(fault);
        }
    }

    /// What the executor says, of a task or of itself. A task's fault has been noted at its end, if it had one.
    fn failed(&self, fault: Fault) {
        match fault {
            // Asked once more, so that the run knows it too.
            Fault::Cancelled => drop(self.run.state.goes_on(self.inside.range.start)),
            fault => {
                let task = self.inside.range.start + crate::fault::place_of(&fault);
                self.run.state.failed(task, moved(fault, task));
            }
        }
    }
}

impl Inside<'_> {
    fn ended(&self, task: usize, worker: usize, ok: bool) {
        if ok {
            return self.state.ended(task, worker, Ok(()));
        }
        let fault = self.faults.lock().unwrap_or_else(|dead| dead.into_inner()).remove(&task);
        if let Some(fault) = fault {
            self.state.ended(task, worker, Err(fault));
        }
    }
}

impl Tasks for Inside<'_> {
    fn len(&self) -> usize {
        self.range.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        let task = self.range.start + i;
        let how = self.state.attempt(task);
        if let Err(fault) = &how {
            let mut faults = self.faults.lock().unwrap_or_else(|dead| dead.into_inner());
            faults.insert(task, fault.clone());
        }
        how.map_err(|fault| moved(fault, i))
    }

    fn name(&self, i: usize) -> Cow<'_, str> {
        self.tasks.name(self.range.start + i)
    }

    fn message(&self, i: usize) -> Option<Message<'_>> {
        self.tasks.message(self.range.start + i)
    }

    fn receive(&self, i: usize, fill: Fill<'_>) -> Result<(), Fault> {
        self.tasks.receive(self.range.start + i, fill)
    }
}

/// The same fault of another task.
pub fn moved(fault: Fault, task: usize) -> Fault {
    match fault {
        Fault::Kernel { why, .. } => Fault::Kernel { task, why },
        Fault::Panic { why, .. } => Fault::Panic { task, why },
        Fault::Lost { attempts, how, .. } => Fault::Lost { task, attempts, how },
        Fault::Deadline { attempts, allowed, .. } => Fault::Deadline { task, attempts, allowed },
        Fault::NotShippable { name, .. } => Fault::NotShippable { task, name },
        other => other,
    }
}
