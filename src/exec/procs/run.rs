//! One run: who gets which chunk, who answers, who has died.

use super::crew::{Crew, Packed, Terms, Undelivered};
use super::frame::*;
use super::link::Heard;
use super::memory::Frozen;
use super::pending::Pending;
use crate::exec::shift::Shift;
use crate::exec::{Control, Report};
use crate::tasks::{Order, Wire};
use crate::{Fault, Tasks};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How long a worker may take to introduce itself.
const GREETING: Duration = Duration::from_secs(2);

/// How often a cancelling is looked for while all workers are at work.
const GLANCE: Duration = Duration::from_millis(5);

/// A run in progress.
pub(super) struct Run<'r> {
    tasks: &'r dyn Tasks,
    control: &'r Control<'r>,
    shift: Shift<'r>,
    crew: &'r mut Crew,
    terms: &'r Terms,
    pending: Pending,
    /// Orders by where they are, with the number that workers know them by.
    orders: HashMap<usize, (u32, Packed)>,
    /// How often tasks have killed their workers; most never do.
    deaths: HashMap<usize, u32>,
    report: Report,
}

/// Whether a worker was given a task.
enum Fed {
    Yes,
    /// It could not be started, or has no room for this one now.
    Not,
    NothingLeft,
}

/// Why a worker is given up.
enum Cause {
    /// Its link closed.
    Closed,
    /// It said what no worker says.
    Nonsense,
    /// Its chunk took too long.
    Deadline(Duration),
}

impl<'r> Run<'r> {
    pub(super) fn new(
        shift: Shift<'r>,
        tasks: &'r dyn Tasks,
        control: &'r Control<'r>,
        crew: &'r mut Crew,
        terms: &'r Terms,
    ) -> Result<Self, Fault> {
        Ok(Run {
            tasks,
            control,
            shift,
            crew,
            terms,
            pending: Pending::new(tasks)?,
            orders: HashMap::new(),
            deaths: HashMap::new(),
            report: Report::default(),
        })
    }

    /// Runs everything that can be run.
    pub(super) fn finish(mut self) -> Result<Report, Fault> {
        let outcome = self.check_shippable().and_then(|()| self.all());
        if let Err(fault) = outcome {
            // Whoever is at work now works for nobody.
            self.crew.dismiss();
            return Err(fault);
        }
        self.crew.forget();
        let done = self.shift.end()?;
        Ok(Report { tasks: done.tasks, wall: done.wall, ..self.report })
    }

    /// Some tasks may run at home, but not all: then this was the wrong executor.
    fn check_shippable(&self) -> Result<(), Fault> {
        let some =
            self.tasks.is_empty() || (0..self.tasks.len()).any(|i| self.tasks.wire(i).is_some());
        if some { Ok(()) } else { Err(self.not_shippable(0)) }
    }

    fn not_shippable(&self, task: usize) -> Fault {
        Fault::NotShippable { task, name: self.tasks.name(task).into_owned() }
    }

    fn all(&mut self) -> Result<(), Fault> {
        let mut buffer = vec![0; LONGEST];
        loop {
            self.feed()?;
            if let Some(task) = self.pending.take_home() {
                self.shift.step(task, self.crew.width());
                self.report.at_home += 1;
                self.pending.ended(task);
            } else if self.crew.is_idle() && self.pending.is_empty() {
                return Ok(());
            }
            // Those that were just started may all be dead again: then there is nobody to wait for.
            if self.crew.living().next().is_some() {
                self.listen(&mut buffer)?;
            }
        }
    }

    /// Gives out work, one chunk to each in turn, and sends it.
    fn feed(&mut self) -> Result<(), Fault> {
        while self.feed_round()? {}
        for w in 0..self.crew.width() {
            if self.crew.get_mut(w).is_some_and(|worker| worker.flush().is_err()) {
                self.bury(w, Cause::Closed)?;
            }
        }
        Ok(())
    }

    /// Whether it is worth going round again.
    fn feed_round(&mut self) -> Result<bool, Fault> {
        let mut fed = false;
        for w in 0..self.control.lanes(self.crew.width()) {
            if self.crew.is_hungry(w) {
                match self.feed_one(w)? {
                    Fed::Yes => fed = true,
                    Fed::Not => {}
                    Fed::NothingLeft => return Ok(false),
                }
            }
        }
        Ok(fed)
    }

    /// Gives worker `w` a task.
    fn feed_one(&mut self, w: usize) -> Result<Fed, Fault> {
        let tasks = self.tasks;
        loop {
            let Some(task) = self.pending.next(|task| self.shift.goes_on(task)) else {
                return Ok(Fed::NothingLeft);
            };
            let Some(wire) = tasks.wire(task) else {
                self.pending.keep_home(task);
                continue;
            };
            if !self.terms.kernels.iter().any(|kernel| kernel.name == wire.order.kernel) {
                return Err(self.not_shippable(task));
            }
            if self.send(w, task, &wire)? {
                return Ok(Fed::Yes);
            }
            self.pending.put_back(task);
            return Ok(Fed::Not);
        }
    }

    /// Sends a task to worker `w`, which is started if there is none; false when that did not work.
    fn send(&mut self, w: usize, task: usize, wire: &Wire<'_>) -> Result<bool, Fault> {
        let number = self.number(wire.order)?;
        let Some((worker, is_successor)) = self.crew.worker(w, self.terms)? else {
            return Ok(false);
        };
        self.report.respawned += usize::from(is_successor);
        if !worker.has_room(wire.bytes) {
            return Ok(false);
        }
        let packed = &self.orders[&address(wire.order)].1;
        let told = worker.tell(number, packed).map_err(Undelivered::from);
        match told.and_then(|()| worker.give(task, number, wire)) {
            Ok(()) => {
                self.begin_first(w);
                Ok(true)
            }
            Err(Undelivered::Broken) => {
                self.bury(w, Cause::Closed)?;
                Ok(false)
            }
            Err(Undelivered::Full(why)) => Err(Fault::Io {
                what: format!("share the {} bytes of task {task}", wire.bytes),
                why: why.to_string(),
            }),
        }
    }

    /// The first chunk that worker `w` has is the one in work.
    fn begin_first(&mut self, w: usize) {
        let Some(worker) = self.crew.get_mut(w).filter(|worker| worker.greeted) else { return };
        let Some(first) = worker.sent.front_mut() else { return };
        if first.began.is_none() {
            first.began = Some(Instant::now());
            self.shift.start(first.task, w);
        }
    }

    /// The number of an order, which is packed when it is met first.
    fn number(&mut self, order: &Order<'_>) -> Result<u32, Fault> {
        if let Some((number, _)) = self.orders.get(&address(order)) {
            return Ok(*number);
        }
        let io =
            |why: String| Fault::Io { what: format!("send the order for {}", order.kernel), why };
        let has_bytes = order.operands.iter().any(|operand| !operand.is_empty());
        let operands = has_bytes.then(|| Frozen::new(&order.operands)).transpose();
        let operands = operands.map_err(|why| io(why.to_string()))?;
        let spans = operands.as_ref().map(|frozen| frozen.spans.clone());
        let body = OrderBody {
            kernel: (*order.kernel).into(),
            body: (*order.body).into(),
            level: (*order.level).into(),
            args: (*order.args).into(),
            plan: bytemuck::bytes_of(&order.plan).to_vec(),
            operands: spans.unwrap_or_else(|| vec![(0, 0); order.operands.len()]),
        };
        let body = serde_json::to_vec(&body).map_err(|why| io(why.to_string()))?;
        if body.len() + size_of::<Request>() > LONGEST {
            return Err(io(format!("its scalars make {} bytes of text", body.len())));
        }
        let number = self.crew.next_order();
        self.orders.insert(address(order), (number, Packed { body, operands }));
        Ok(number)
    }

    /// Waits until somebody says something, dies or is late.
    fn listen(&mut self, buffer: &mut [u8]) -> Result<(), Fault> {
        let (living, heard) = {
            let living: Vec<usize> = self.crew.living().collect();
            let link = |w: &usize| PollFd::new(&self.crew.get(*w).link, PollFlags::IN);
            let mut fds: Vec<PollFd<'_>> = living.iter().map(link).collect();
            let timeout = self.patience().map(|time| Timespec {
                tv_sec: time.as_secs() as i64,
                tv_nsec: i64::from(time.subsec_nanos()),
            });
            // An interrupted wait is a short one.
            let _ = poll(&mut fds, timeout.as_ref());
            let heard: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
            (living, heard)
        };
        for (w, heard) in living.into_iter().zip(heard) {
            if heard {
                self.hear(w, buffer)?;
            } else {
                self.check_time(w)?;
            }
        }
        Ok(())
    }

    /// How long to wait for the next word; none when there is nothing else to look for.
    fn patience(&self) -> Option<Duration> {
        if self.pending.has_home() {
            return Some(Duration::ZERO);
        }
        let glance = self.control.cancel.map(|_| GLANCE);
        self.crew.living().filter_map(|w| self.time_left(w)).chain(glance).min()
    }

    /// What worker `w` has left of the time for what it is doing.
    fn time_left(&self, w: usize) -> Option<Duration> {
        let worker = self.crew.get(w);
        if !worker.greeted {
            return Some(GREETING.saturating_sub(worker.born.elapsed()));
        }
        let began = worker.sent.front()?.began?;
        Some(self.control.deadline?.saturating_sub(began.elapsed()))
    }

    fn check_time(&mut self, w: usize) -> Result<(), Fault> {
        if self.time_left(w) != Some(Duration::ZERO) {
            return Ok(());
        }
        match self.control.deadline.filter(|_| self.crew.get(w).greeted) {
            Some(deadline) => self.bury(w, Cause::Deadline(deadline)),
            None => self.bury(w, Cause::Closed),
        }
    }

    /// What worker `w` has said.
    fn hear(&mut self, w: usize, buffer: &mut [u8]) -> Result<(), Fault> {
        // All that it has said: a short chunk's reply is seldom alone.
        while let Some(worker) = self.crew.get_mut(w) {
            match worker.hear(buffer) {
                Heard::Nothing => break,
                Heard::Closed => self.bury(w, Cause::Closed)?,
                Heard::Message(len, _) => match split::<Reply>(&buffer[..len]) {
                    Some((reply, body)) => self.obey(w, reply, body)?,
                    None => self.bury(w, Cause::Nonsense)?,
                },
            }
        }
        Ok(())
    }

    fn obey(&mut self, w: usize, reply: Reply, body: &[u8]) -> Result<(), Fault> {
        if reply.kind == HELLO {
            return self.greet(w, body);
        }
        let worker = self.crew.get(w);
        let first = worker.sent.front().filter(|sent| worker.greeted && sent.seq == reply.seq);
        let Some(first) = first else { return self.bury(w, Cause::Nonsense) };
        let task = first.task;
        let outcome = match reply.kind {
            DONE => worker.result(first, body).map(|bytes| self.tasks.receive(task, &bytes)),
            FAILED => serde_json::from_slice(body).ok().map(|why| Err(Fault::Kernel { task, why })),
            PANICKED => {
                let why = String::from_utf8_lossy(body).into_owned();
                Some(Err(Fault::Panic { task, why }))
            }
            _ => None,
        };
        let Some(outcome) = outcome else { return self.bury(w, Cause::Nonsense) };
        self.crew.get_mut(w).expect("it has just spoken").done();
        self.shift.finish(task, w, outcome);
        self.pending.ended(task);
        self.begin_first(w);
        Ok(())
    }

    fn greet(&mut self, w: usize, body: &[u8]) -> Result<(), Fault> {
        let (ours, theirs) = (fingerprint(&self.terms.kernels).to_le_bytes(), body);
        if ours != *theirs {
            let why = "they do not have the same kernels, or not the same version of this crate";
            return Err(Fault::Mismatch(why.to_owned()));
        }
        self.crew.greeted(w);
        self.begin_first(w);
        Ok(())
    }

    /// Worker `w` is no more: its chunks are for others, once it is certain that it is dead.
    fn bury(&mut self, w: usize, cause: Cause) -> Result<(), Fault> {
        let (how, greeted, sent) = self.crew.bury(w)?;
        self.report.lost_workers += 1;
        for (place, sent) in sent.into_iter().enumerate() {
            // The others had not begun, and a worker that had not said hello had begun nothing.
            if place == 0 && greeted {
                self.died(sent.task, w, &how, &cause);
            } else {
                self.pending.put_back(sent.task);
            }
        }
        Ok(())
    }

    /// A task has killed its worker, or was in work when somebody else did.
    fn died(&mut self, task: usize, w: usize, how: &str, cause: &Cause) {
        let deaths = self.deaths.entry(task).or_default();
        *deaths += 1;
        let attempts = *deaths;
        self.shift.lost(task, w, attempts);
        if attempts < self.control.attempts {
            self.report.retried += 1;
            self.pending.put_back(task);
            return;
        }
        let fault = match cause {
            Cause::Deadline(allowed) => Fault::Deadline { task, attempts, allowed: *allowed },
            Cause::Closed => Fault::Lost { task, attempts, how: how.to_owned() },
            Cause::Nonsense => {
                let how = "said what no worker says".to_owned();
                Fault::Lost { task, attempts, how }
            }
        };
        // The others are still done, unless they need what this one did not make.
        if self.pending.is_graph() {
            self.shift.failed(task, fault);
        } else {
            self.shift.give_up(task, fault);
        }
        self.pending.ended(task);
    }
}

/// Orders are told apart by where they are.
fn address(order: &Order<'_>) -> usize {
    std::ptr::from_ref(order).addr()
}
