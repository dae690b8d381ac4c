//! The schedule `dynamic`: who is done gets more. Rank 0 hands out and computes too.

use crate::idle::Idle;
use crate::queue::Queue;
use crate::run::{Run, Sent};
use abreast::{Error, Fault};
use std::collections::VecDeque;
use std::ops::Range;
use std::time::{Duration, Instant};

/// Batches that each rank has: one that it works on, and the next, so that it never waits for an answer.
const IN_FLIGHT: usize = 2;

/// A batch is this part of a slot's share of what is left: large enough that messages are few, small enough that
/// all ranks end together.
const PART: usize = 8;

/// How long rank 0 computes before it looks whether somebody wants work.
const GLANCE: Duration = Duration::from_micros(20);

/// Does all tasks.
///
/// # Errors
/// When a task needs one that is not below it.
pub fn all(run: &mut Run<'_>) -> Result<(), Error> {
    let mut dynamic = Dynamic {
        queue: Queue::of(run.tasks)?,
        ranks: run.slots.iter().map(|_| VecDeque::new()).collect(),
        here: VecDeque::new(),
        run,
    };
    let mut idle = Idle::default();
    loop {
        let is_taken = dynamic.take_results();
        dynamic.hand_out();
        if dynamic.work() || is_taken {
            idle.reset();
        } else if dynamic.ranks.iter().all(VecDeque::is_empty) && dynamic.queue.is_empty() {
            return Ok(());
        } else {
            let moving = dynamic.run.team.post.borrow_mut().is_moving();
            idle.pause(moving);
        }
    }
}

struct Dynamic<'d, 'r> {
    run: &'d mut Run<'r>,
    queue: Queue,
    /// What each rank has, in the order in which it does it.
    ranks: Vec<VecDeque<Sent>>,
    /// Tasks that cannot be sent.
    here: VecDeque<usize>,
}

impl Dynamic<'_, '_> {
    /// Takes what has come back; whether anything has.
    fn take_results(&mut self) -> bool {
        let mut any = false;
        for rank in 1..self.ranks.len() {
            while !self.ranks[rank].is_empty() {
                let message = self.run.team.post.borrow_mut().poll(rank);
                let Some((head, body)) = message else { break };
                let sent = self.ranks[rank].pop_front().expect("somebody has it");
                self.run.took(rank, &sent, &head, body.as_slice());
                if let Some(next) = self.ranks[rank].front() {
                    self.run.began(next);
                }
                self.queue.ended(sent.tasks);
                any = true;
            }
        }
        any
    }

    /// Gives every rank as much as it may have, the idle ones first.
    fn hand_out(&mut self) {
        for depth in 0..IN_FLIGHT {
            for rank in 1..self.ranks.len() {
                if !self.run.slots[rank].is_empty() && self.ranks[rank].len() == depth {
                    self.give(rank);
                }
            }
        }
        self.run.team.post.borrow_mut().is_taken();
    }

    fn give(&mut self, rank: usize) {
        while let Some(first) = self.first() {
            let Some(batch) = self.run.batch(first, self.most(rank, PART)) else {
                self.queue.take(1);
                self.here.push_back(first);
                continue;
            };
            self.queue.take(batch.tasks.len());
            match self.run.send(rank, batch) {
                Ok(sent) => {
                    if self.ranks[rank].is_empty() {
                        self.run.began(&sent);
                    }
                    self.ranks[rank].push_back(sent);
                    return;
                }
                Err(why) => self.run.state.failed(first, Fault::Refused(why)),
            }
        }
    }

    /// The lowest task that is ready, if there is any point in running it.
    fn first(&mut self) -> Option<usize> {
        while let Some(first) = self.queue.first() {
            if self.run.state.goes_on(first) {
                return Some(first);
            }
            self.queue.skip();
        }
        None
    }

    /// How many tasks a rank is given at once.
    fn most(&self, rank: usize, part: usize) -> usize {
        let width = self.run.slots[rank].len();
        // Who listens wants to know when a task begins, and not when its batch does.
        if self.run.control.on_event.is_some() || self.queue.is_graph() {
            return width;
        }
        let all: usize = self.run.slots.iter().map(Range::len).sum();
        (self.queue.len() / (part * all)).max(width)
    }

    /// Does some tasks here; whether there were any.
    fn work(&mut self) -> bool {
        if let Some(task) = self.here.pop_front() {
            self.alone(task);
            return true;
        }
        let Some(first) = self.first() else { return false };
        if self.queue.is_graph() {
            self.queue.take(1);
            // What has no bytes is counted.
            match self.run.tasks.message(first) {
                None => self.alone(first),
                Some(_) => self.do_here(first..first + 1),
            }
        } else if self.run.is_serial() {
            self.one_by_one();
        } else {
            let most = self.most(0, 2 * PART).min(self.queue.len());
            self.queue.take(most);
            self.do_here(first..first + most);
        }
        true
    }

    fn do_here(&mut self, tasks: Range<usize>) {
        self.run.here(tasks.clone());
        self.queue.ended(tasks);
    }

    /// A task that can only be done here.
    fn alone(&mut self, task: usize) {
        let run = &mut self.run;
        if run.state.goes_on(task) {
            run.team.record.job(&run.tasks.name(task));
            run.team.record.task(0, task, run.deadline());
            run.state.step(task, run.slots[0].start);
            run.team.record.idle(0);
            run.ran_locally += 1;
        }
        self.queue.ended(task..task + 1);
    }

    /// Tasks of a list, until it is time to look around.
    fn one_by_one(&mut self) {
        let began = Instant::now();
        let (run, queue) = (&*self.run, &mut self.queue);
        let mut any = false;
        run.here_one_by_one(|| {
            if std::mem::replace(&mut any, true) && began.elapsed() > GLANCE {
                return None;
            }
            let first = queue.first()?;
            queue.take(1);
            Some(first)
        });
    }
}
