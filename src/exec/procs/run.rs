//! One run: who gets which chunk, who answers, who has died.

use super::frame::*;
use super::link::{Received, Unsent};
use super::member::{Packed, Terms, Undelivered, Worker};
use super::memory::Frozen;
use super::pending::Pending;
use super::pool::{Ended, Pool};
use super::schedule::{Schedule, Step};
use super::wait::wait;
use crate::executor::{Control, Report, RunState};
use crate::remote::{JobSpec, Message, error_from_bytes, fingerprint};
use crate::{Error, Fault, Tasks};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How often a cancelling is looked for while all workers are at work.
const GLANCE: Duration = Duration::from_millis(5);

/// How long a worker that has nothing to do may leave its link unread.
const DEAF: Duration = Duration::from_secs(10);

/// A run in progress.
pub(super) struct Run<'r> {
    tasks: &'r dyn Tasks,
    control: &'r Control<'r>,
    state: RunState<'r>,
    pool: &'r mut Pool,
    terms: &'r Terms,
    schedule: Schedule,
    /// Orders by where they are, with the number that workers know them by.
    jobs: HashMap<usize, (u32, Packed)>,
    /// How often tasks have killed their workers; most never do.
    deaths: HashMap<usize, u32>,
    report: Report,
}

/// Why a worker is given up.
enum Cause {
    /// Its link closed.
    Closed,
    /// It said what no worker says.
    Nonsense,
    /// What it had done is not what it said that it was.
    Changed,
    /// Its chunk took too long.
    Deadline(Duration),
    /// It has not introduced itself in this time.
    Silent(Duration),
    /// It has nothing to do and does not read what it is sent.
    Deaf,
}

impl<'r> Run<'r> {
    pub(super) fn new(
        state: RunState<'r>,
        tasks: &'r dyn Tasks,
        control: &'r Control<'r>,
        pool: &'r mut Pool,
        terms: &'r Terms,
    ) -> Result<Self, Fault> {
        let alive: Vec<bool> = (0..pool.width()).map(|w| pool.lives(w)).collect();
        let max_busy = control.slots(alive.len());
        Ok(Run {
            tasks,
            control,
            state,
            pool,
            terms,
            schedule: Schedule::new(Pending::new(tasks)?, &alive, max_busy),
            jobs: HashMap::new(),
            deaths: HashMap::new(),
            report: Report::default(),
        })
    }

    /// Runs everything that can be run.
    pub(super) fn finish(mut self) -> Result<Report, Fault> {
        let outcome = self.check_shippable().and_then(|()| self.all());
        if let Err(fault) = outcome {
            // Whoever is at work now works for nobody.
            self.pool.dismiss();
            return Err(fault);
        }
        self.pool.forget();
        let done = self.state.end()?;
        Ok(Report { tasks: done.tasks, wall: done.wall, ..self.report })
    }

    /// Some tasks may run at home, but not all: then this was the wrong executor.
    fn check_shippable(&self) -> Result<(), Fault> {
        let some =
            self.tasks.is_empty() || (0..self.tasks.len()).any(|i| self.tasks.message(i).is_some());
        if some { Ok(()) } else { Err(self.not_shippable(0)) }
    }

    fn not_shippable(&self, task: usize) -> Fault {
        Fault::NotShippable { task, name: self.tasks.name(task).into_owned() }
    }

    /// Does what the schedule says until it says that all is done.
    fn all(&mut self) -> Result<(), Fault> {
        let mut buffer = vec![0; LONGEST];
        loop {
            match self.schedule.next(|task| self.state.goes_on(task)) {
                Step::Give { worker, task } => self.give(worker, task)?,
                Step::Flush(w) => self.flush(w)?,
                Step::RunHere(task) => {
                    self.state.step(task, self.pool.width());
                    self.report.ran_locally += 1;
                    self.schedule.over(task);
                    // Nobody who has answered is kept waiting for the tasks that follow.
                    self.listen(&mut buffer, Some(Duration::ZERO))?;
                }
                Step::Wait => {
                    let patience = self.patience();
                    self.listen(&mut buffer, patience)?;
                }
                Step::Done => return Ok(()),
            }
        }
    }

    /// Gives worker `w` a task, if it can be sent away.
    fn give(&mut self, w: usize, task: usize) -> Result<(), Fault> {
        let tasks = self.tasks;
        let Some(message) = tasks.message(task) else {
            self.schedule.keep_here(task);
            return Ok(());
        };
        if !self.terms.kernels.iter().any(|kernel| kernel.name == message.job.kernel) {
            return Err(self.not_shippable(task));
        }
        let number = self.number(message.job)?;
        if !self.pool.lives(w) {
            match self.pool.start(w, self.terms) {
                Ok(is_successor) => self.report.respawned += usize::from(is_successor),
                // Others do its work; if there are none, that is the fault.
                Err(_) if self.schedule.start_failed(w, task) => return Ok(()),
                Err(fault) => return Err(fault),
            }
            self.schedule.started(w);
        }
        self.send(w, task, number, &message)
    }

    fn send(
        &mut self,
        w: usize,
        task: usize,
        number: u32,
        message: &Message<'_>,
    ) -> Result<(), Fault> {
        let packed = &self.jobs[&address(message.job)].1;
        let Some(worker) = self.pool.get_mut(w) else { unreachable!("it was alive or started") };
        if !worker.has_room(message.bytes) {
            self.schedule.no_room(w, task);
            return Ok(());
        }
        let sent = worker.tell(&self.terms.shared, number, packed).map_err(Undelivered::from);
        match sent.and_then(|()| worker.give(number, message)) {
            Ok(()) => {
                self.schedule.given(w, task, worker.has_unsent());
                self.begin_first(w);
                Ok(())
            }
            Err(Undelivered::Unsent(Unsent::Full)) => {
                self.schedule.full(w, Some(task));
                Ok(())
            }
            Err(Undelivered::Unsent(Unsent::Broken)) => {
                self.schedule.put_back(task);
                self.broken(w)
            }
            Err(Undelivered::NoMemory(why)) => Err(Fault::Io {
                what: format!("share the {} bytes of task {task}", message.bytes),
                why: why.to_string(),
            }),
        }
    }

    fn flush(&mut self, w: usize) -> Result<(), Fault> {
        let Some(worker) = self.pool.get_mut(w) else { return Ok(()) };
        match worker.flush() {
            Ok(()) => {
                self.schedule.flushed(w);
                self.begin_first(w);
            }
            Err(Unsent::Full) => self.schedule.full(w, None),
            Err(Unsent::Broken) => self.broken(w)?,
        }
        Ok(())
    }

    /// Worker `w` can be sent nothing any more. What it had said before still counts: a result, or why it
    /// cannot serve.
    fn broken(&mut self, w: usize) -> Result<(), Fault> {
        self.receive(w, &mut vec![0; LONGEST])?;
        self.reap(w, Cause::Closed)
    }

    /// The first chunk that worker `w` has and knows of is the one in work.
    fn begin_first(&mut self, w: usize) {
        let knows = |worker: &&mut Worker| worker.ready && worker.knows_first();
        let Some(worker) = self.pool.get_mut(w).filter(knows) else { return };
        let Some(first) = worker.sent.front_mut() else { return };
        if first.began.is_none()
            && let Some(task) = self.schedule.first(w)
        {
            first.began = Some(Instant::now());
            self.state.started(task, w);
        }
    }

    /// The number of a job, which is packed when it is met first.
    fn number(&mut self, job: &JobSpec<'_>) -> Result<u32, Fault> {
        if let Some((number, _)) = self.jobs.get(&address(job)) {
            return Ok(*number);
        }
        let io = |why: String| Fault::Io { what: format!("send the job for {}", job.kernel), why };
        let has_bytes = job.operands.iter().any(|operand| !operand.is_empty());
        let operands = has_bytes.then(|| Frozen::new(&job.operands)).transpose();
        let operands = operands.map_err(|why| io(why.to_string()))?;
        let spans = operands.as_ref().map(|frozen| frozen.spans.clone());
        let body = JobHead {
            kernel: (*job.kernel).into(),
            variant: (*job.variant).into(),
            level: (*job.level).into(),
            args: (*job.args).into(),
            plan: bytemuck::bytes_of(&job.plan).to_vec(),
            part: job.part.clone(),
            operands: spans.unwrap_or_else(|| vec![(0, 0); job.operands.len()]),
            files: job.files.iter().map(|file| file.to_string()).collect(),
        };
        let body = serde_json::to_vec(&body).map_err(|why| io(why.to_string()))?;
        if body.len() + size_of::<Request>() > LONGEST {
            return Err(io(format!("its scalars make {} bytes of text", body.len())));
        }
        let number = self.pool.next_job();
        self.jobs.insert(address(job), (number, Packed { body, operands }));
        Ok(number)
    }

    /// Waits until somebody says something, can be sent to, dies or is late, but not longer than this.
    fn listen(&mut self, buffer: &mut [u8], patience: Option<Duration>) -> Result<(), Fault> {
        let alive: Vec<usize> = self.pool.alive().collect();
        let links = alive.iter().map(|w| (&*self.pool.get(*w).link, self.schedule.is_full(*w)));
        let ready = wait(links, patience).map_err(|why| Fault::Io {
            what: "wait for workers".to_owned(),
            why: why.to_string(),
        })?;
        for (w, ready) in alive.into_iter().zip(ready) {
            if ready.can_write && self.schedule.is_full(w) {
                self.schedule.writable(w);
            }
            if ready.can_read {
                self.receive(w, buffer)?;
            }
            self.check_time(w)?;
        }
        Ok(())
    }

    /// How long to wait for the next word; none when there is nothing else to look for.
    fn patience(&mut self) -> Option<Duration> {
        let glance = self.control.cancel.map(|_| GLANCE);
        let alive: Vec<usize> = self.pool.alive().collect();
        let left = alive.into_iter().filter_map(|w| self.time_left(w).map(|(left, _)| left));
        left.chain(glance).min()
    }

    /// What worker `w` has left of the time for what it is doing, and what it is if that is nothing.
    fn time_left(&mut self, w: usize) -> Option<(Duration, Cause)> {
        let (allowed, is_full) = (self.pool.greeting_time(), self.schedule.is_full(w));
        let worker = self.pool.get_mut(w)?;
        if !worker.ready {
            let left = allowed.saturating_sub(worker.born.elapsed());
            return Some((left, Cause::Silent(allowed)));
        }
        let Some(first) = worker.sent.front() else {
            if !is_full {
                worker.deaf = None;
                return None;
            }
            let since = worker.deaf.get_or_insert_with(Instant::now);
            return Some((DEAF.saturating_sub(since.elapsed()), Cause::Deaf));
        };
        let (began, deadline) = (first.began?, self.control.deadline?);
        Some((deadline.saturating_sub(began.elapsed()), Cause::Deadline(deadline)))
    }

    fn check_time(&mut self, w: usize) -> Result<(), Fault> {
        match self.time_left(w) {
            Some((Duration::ZERO, cause)) => self.reap(w, cause),
            _ => Ok(()),
        }
    }

    /// What worker `w` has said.
    fn receive(&mut self, w: usize, buffer: &mut [u8]) -> Result<(), Fault> {
        // All that it has said: a short chunk's reply is seldom alone.
        while let Some(worker) = self.pool.get_mut(w) {
            match worker.receive(buffer) {
                Received::Nothing => break,
                Received::Closed => self.reap(w, Cause::Closed)?,
                Received::Message(len, _) => match split::<Reply>(&buffer[..len]) {
                    Some((reply, body)) => self.obey(w, reply, body)?,
                    None => self.reap(w, Cause::Nonsense)?,
                },
            }
        }
        Ok(())
    }

    fn obey(&mut self, w: usize, reply: Reply, body: &[u8]) -> Result<(), Fault> {
        let Some(worker) = self.pool.get_mut(w) else { return Ok(()) };
        match reply.kind {
            HELLO if !worker.ready => return self.make_ready(w, body),
            ASTRAY if !worker.ready => {
                return Err(no_entry("a worker went on in its main as if it were none"));
            }
            CANNOT if !worker.ready => {
                worker.excuse = Some(String::from_utf8_lossy(body).into_owned());
                return self.reap(w, Cause::Closed);
            }
            _ => {}
        }
        let first = worker.sent.front().filter(|sent| worker.ready && sent.seq == reply.seq);
        let (Some(first), Some(task)) = (first, self.schedule.first(w)) else {
            return self.reap(w, Cause::Nonsense);
        };
        let outcome = match reply.kind {
            DONE => match worker.result(first, body) {
                Some(bytes) => Some(self.tasks.receive(task, &mut copy_of(task, &bytes))),
                None => return self.reap(w, Cause::Changed),
            },
            FAILED => error_from_bytes(body).map(|why| Err(Fault::Kernel { task, why })),
            PANICKED => {
                let why = String::from_utf8_lossy(body).into_owned();
                Some(Err(Fault::Panic { task, why }))
            }
            _ => None,
        };
        let Some(outcome) = outcome else { return self.reap(w, Cause::Nonsense) };
        self.schedule.finished(w, worker.done());
        self.state.ended(task, w, outcome);
        self.schedule.over(task);
        self.begin_first(w);
        Ok(())
    }

    fn make_ready(&mut self, w: usize, body: &[u8]) -> Result<(), Fault> {
        let (ours, theirs) = (fingerprint(&self.terms.kernels).to_le_bytes(), body);
        if ours != *theirs {
            let why = "they do not have the same kernels, or not the same version of this crate";
            return Err(Fault::Mismatch(why.to_owned()));
        }
        self.pool.ready(w);
        self.begin_first(w);
        Ok(())
    }

    /// Worker `w` is no more: its chunks are for others, once it is certain that it is dead.
    fn reap(&mut self, w: usize, cause: Cause) -> Result<(), Fault> {
        let Some(ended) = self.pool.reap(w) else { return Ok(()) };
        self.report.lost_workers += 1;
        for (position, task) in self.schedule.ended(w).into_iter().enumerate() {
            // The others had not begun, and a worker that had not said hello, or died before it was
            // told of anything, had begun nothing.
            if position == 0 && ended.begun {
                self.died(task, w, &ended.ending.how, &cause);
            } else {
                self.schedule.put_back(task);
            }
        }
        match self.pool.too_many_silent() {
            Some(count) if !ended.ready => Err(not_started(count, ended, &cause)),
            _ => Ok(()),
        }
    }

    /// A task has killed its worker, or was in work when somebody else did.
    fn died(&mut self, task: usize, w: usize, how: &str, cause: &Cause) {
        let deaths = self.deaths.entry(task).or_default();
        *deaths = deaths.saturating_add(1);
        let attempts = *deaths;
        self.state.lost(task, w, attempts);
        if attempts < self.control.attempts {
            self.report.retried += 1;
            self.schedule.put_back(task);
            return;
        }
        let how = match cause {
            Cause::Nonsense => "said what no worker says",
            Cause::Changed => "changed a result that it had said to be done",
            Cause::Closed | Cause::Deadline(_) | Cause::Silent(_) | Cause::Deaf => how,
        };
        let fault = match cause {
            Cause::Deadline(allowed) => Fault::Deadline { task, attempts, allowed: *allowed },
            _ => Fault::Lost { task, attempts, how: how.to_owned() },
        };
        // The others are still done, unless they need what this one did not make.
        if self.schedule.is_graph() {
            self.state.failed(task, fault);
        } else {
            self.state.give_up(task, fault);
        }
        self.schedule.over(task);
    }
}

fn no_entry(why: impl Into<String>) -> Fault {
    Fault::NoWorkerEntry { why: why.into() }
}

/// So many workers in a row have not introduced themselves: what is to be said of it. Only a program
/// that has run to its end, or does something else, can be one whose `main` does not know workers.
fn not_started(count: usize, last: Ended, cause: &Cause) -> Fault {
    if let Cause::Silent(allowed) = cause {
        return no_entry(format!("a worker said nothing for {allowed:?}"));
    }
    if last.excuse.is_none() && last.ending.is_success {
        return no_entry(format!("a worker {} without a word", last.ending.how));
    }
    let how = last.excuse.unwrap_or(last.ending.how);
    let why = format!("{count} in a row ended before they were ready; the last one {how}");
    Fault::Io { what: "start a worker".to_owned(), why }
}

/// Puts the result of `task` where its output belongs.
fn copy_of<'b>(task: usize, bytes: &'b [u8]) -> impl FnMut(&mut [u8]) -> Result<(), Fault> + 'b {
    move |out| {
        if out.len() != bytes.len() {
            let rule = format!("the chunk has {} bytes", out.len());
            let why = Error::argument("result", format!("{} bytes", bytes.len()), rule);
            return Err(Fault::Kernel { task, why });
        }
        out.copy_from_slice(bytes);
        Ok(())
    }
}

/// Jobs are told apart by where they are.
fn address(job: &JobSpec<'_>) -> usize {
    std::ptr::from_ref(job).addr()
}
