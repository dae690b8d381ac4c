//! One run, as rank 0 sees it: what is sent, what comes back, and what is done here.

use crate::channel::Bytes;
use crate::fault;
use crate::frame::{Head, Kind};
use crate::jobs::{Jobs, name};
use crate::record::nanos;
use crate::share::Share;
use crate::world::{Inner, Team};
use abreast::executor::{Control, RunState};
use abreast::remote::JobSpec;
use abreast::{Error, Fault, Tasks};
use std::ops::Range;
use std::time::Duration;

/// What both schedules work with.
pub struct Run<'r> {
    pub team: &'r Team,
    pub inner: &'r Inner,
    pub tasks: &'r dyn Tasks,
    pub state: &'r RunState<'r>,
    pub control: &'r Control<'r>,
    /// Which slots of the executor each rank has.
    pub slots: Vec<Range<usize>>,
    /// Tasks that could not be sent.
    pub ran_locally: usize,
    jobs: Jobs<'r>,
}

/// Neighbouring chunks of one job.
pub struct Batch<'r> {
    pub tasks: Range<usize>,
    chunk: usize,
    job: &'r JobSpec<'r>,
    start: Vec<u8>,
}

/// A batch that some rank has.
pub struct Sent {
    pub tasks: Range<usize>,
    slots: Range<usize>,
}

impl<'r> Run<'r> {
    pub fn new(
        team: &'r Team,
        inner: &'r Inner,
        tasks: &'r dyn Tasks,
        state: &'r RunState<'r>,
        control: &'r Control<'r>,
    ) -> Run<'r> {
        let slots = slots(&inner.widths, control);
        Run { team, inner, tasks, state, control, slots, ran_locally: 0, jobs: Jobs::of(team) }
    }

    /// Whether the tasks of a list, of which there is one at least, can be sent: all are like the first.
    pub fn begin(&mut self) -> bool {
        match self.tasks.message(0) {
            Some(message) => self.team.record.job(&name(message.job)),
            None => {
                self.team.record.job(&self.tasks.name(0));
                self.ran_locally = self.tasks.len();
                return false;
            }
        }
        true
    }

    /// The tasks from `first` on that can be sent together, at most `most`; none when the first cannot be sent.
    pub fn batch(&self, first: usize, most: usize) -> Option<Batch<'r>> {
        let message = self.tasks.message(first)?;
        let (job, chunk) = (message.job, message.chunk);
        let mut start = message.start.unwrap_or_default();
        let mut end = first + 1;
        while end < self.tasks.len().min(first + most) {
            let next = self.tasks.message(end);
            let is_next = |m: &abreast::remote::Message<'_>| {
                std::ptr::eq(m.job, job) && m.chunk == chunk + (end - first)
            };
            let Some(message) = next.filter(is_next) else { break };
            start.extend(message.start.unwrap_or_default());
            end += 1;
        }
        Some(Batch { tasks: first..end, chunk, job, start })
    }

    /// Begins to send a batch, and what the rank does not have yet of its job.
    ///
    /// # Errors
    /// When the job cannot be sent.
    pub fn send(&mut self, rank: usize, batch: Batch<'r>) -> Result<Sent, Error> {
        let chunks = batch.chunk..batch.chunk + batch.tasks.len();
        let number = self.jobs.provide(rank, batch.job, chunks)?;
        let slots = self.slots[rank].clone();
        let head = Head {
            job: number,
            inner: self.inner.number,
            task: batch.tasks.start as u64,
            chunk: batch.chunk as u64,
            count: batch.tasks.len() as u64,
            width: slots.len() as u64,
            attempts: u64::from(self.control.attempts),
            deadline: self.control.deadline.map_or(0, nanos),
            ..Head::of(Kind::Batch)
        };
        self.team.post.borrow_mut().send(rank, head, Bytes::Own(batch.start));
        Ok(Sent { tasks: batch.tasks, slots })
    }

    /// A batch is the next of its rank: its tasks begin.
    pub fn began(&self, sent: &Sent) {
        for place in 0..sent.tasks.len().min(sent.slots.len()) {
            self.state.started(sent.tasks.start + place, sent.slots.start + place);
        }
    }

    /// What came out of a batch.
    pub fn took(&self, rank: usize, sent: &Sent, head: &Head, body: &[u8]) {
        let (mut output, failure) = body.split_at(body.len() - head.fault as usize);
        let width = sent.slots.len();
        for (place, task) in sent.tasks.clone().enumerate() {
            let is_begun = place < width + head.count as usize;
            if !is_begun {
                break;
            }
            let how = match place.cmp(&(head.count as usize)) {
                std::cmp::Ordering::Less => self.receive(task, &mut output),
                std::cmp::Ordering::Equal => Err(fault::from_bytes(failure, task, rank)),
                // It may have begun there, above the one that failed.
                std::cmp::Ordering::Greater => Err(Fault::Cancelled),
            };
            self.state.ended(task, sent.slots.start + place % width, how);
            let next = task + width;
            if place < head.count as usize && next < sent.tasks.end {
                self.state.started(next, sent.slots.start + place % width);
            }
        }
    }

    /// Puts a task's bytes where they belong.
    fn receive(&self, task: usize, output: &mut &[u8]) -> Result<(), Fault> {
        self.tasks.receive(task, &mut |place| {
            let Some((bytes, rest)) = output.split_at_checked(place.len()) else {
                let (what, why) = (format!("take task {task}"), "its bytes are missing");
                return Err(Fault::Io { what, why: why.to_owned() });
            };
            place.copy_from_slice(bytes);
            *output = rest;
            Ok(())
        })
    }

    /// Does tasks on this rank, in their order as long as `next` gives some.
    pub fn here_one_by_one(&self, mut next: impl FnMut() -> Option<usize>) {
        let (record, deadline) = (&self.team.record, self.deadline());
        self.state.all(self.slots[0].start, || {
            let task = next()?;
            record.task(0, task, deadline);
            Some(task)
        });
        record.idle(0);
    }

    /// Does tasks on this rank, on its executor.
    pub fn here(&self, mut tasks: Range<usize>) {
        // Worker processes do not take what cannot be sent, and the rank itself does.
        if self.is_serial() || self.ran_locally > 0 && has_processes(&self.inner.name) {
            return self.here_one_by_one(|| tasks.next());
        }
        let share = Share::of(self, tasks);
        share.run();
    }

    /// Whether a rank does one task after the other, itself.
    pub fn is_serial(&self) -> bool {
        self.inner.name == "serial"
    }

    /// Worker processes are ended, and not the rank that has them.
    pub fn deadline(&self) -> Option<Duration> {
        deadline_here(&self.inner.name, self.control.deadline)
    }

    /// The run has ended: nobody keeps its jobs.
    pub fn end(self) -> usize {
        self.jobs.end();
        self.ran_locally
    }
}

/// The deadline that ends a rank: not for executors that end a task themselves.
pub fn deadline_here(inner: &str, deadline: Option<Duration>) -> Option<Duration> {
    deadline.filter(|_| !has_processes(inner))
}

fn has_processes(inner: &str) -> bool {
    inner.split(':').any(|part| part == "procs")
}

/// Which slots each rank has: all of its own, or as many as the throttle leaves.
fn slots(widths: &[usize], control: &Control<'_>) -> Vec<Range<usize>> {
    let (mut first, most) = (0, control.slots(widths.iter().sum()));
    let slot = |width: &usize| {
        let start = first;
        first = most.min(first + width);
        start..first
    };
    widths.iter().map(slot).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throttle_leaves_the_first_slots() {
        let slots = |throttle| {
            slots(&[2, 1, 3], &Control { throttle, ..Control::default() })
                .into_iter()
                .map(|slots| slots.len())
                .collect::<Vec<_>>()
        };
        assert_eq!(slots(None), [2, 1, 3]);
        assert_eq!(slots(Some(4)), [2, 1, 1]);
        assert_eq!(slots(Some(2)), [2, 0, 0]);
        assert_eq!(slots(Some(0)), [1, 0, 0]);
    }
}
