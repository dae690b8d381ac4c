//! One worker as its parent sees it: start it, send to it, end it.

use super::frame::*;
use super::link::{Link, Received, Unsent};
use super::memory::{Frozen, SharedCells, Slots};
use super::process::{Alive, Ending, Process};
use super::registry::WORKER;
use crate::Fault;
use crate::remote::{Remote, fingerprint};
use std::collections::{HashSet, VecDeque};
use std::ffi::OsString;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How workers are to be.
#[derive(Debug)]
pub(super) struct Terms {
    pub(super) program: PathBuf,
    pub(super) kernels: Vec<Remote>,
    pub(super) memory: Option<u64>,
    pub(super) env: Vec<(OsString, OsString)>,
    pub(super) shared: Vec<(String, Arc<SharedCells>)>,
}

/// A chunk that a worker has. Which task it is, the schedule knows.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) seq: u64,
    /// Where its long bytes are; short ones travel in the message.
    slot: Option<u64>,
    bytes: usize,
    /// When it became the worker's first; a worker does one after another.
    pub(super) began: Option<Instant>,
}

/// One worker, from its start to its end.
#[derive(Debug)]
pub(super) struct Worker {
    process: Process,
    pub(super) link: Arc<Link>,
    /// Memory for long chunks, once there has been one.
    slots: Option<Slots>,
    pub(super) born: Instant,
    /// Since when its link has been full while it had nothing to do.
    pub(super) deaf: Option<Instant>,
    /// Whether it has introduced itself.
    pub(super) ready: bool,
    /// What it said instead.
    pub(super) excuse: Option<String>,
    pub(super) sent: VecDeque<Sent>,
    jobs: HashSet<u32>,
    /// Whether it has jobs of earlier runs.
    is_stale: bool,
    /// How many of the shared arrays it has been told of.
    shared: usize,
    seq: u64,
    /// Chunks that it has been given and not yet been told of.
    outbox: Vec<Request>,
}

/// Work that a worker may have at hand: enough to sleep through, too little to unbalance a run.
const AT_HAND: Duration = Duration::from_micros(500);

/// Why a worker did not get a chunk.
pub(super) enum Undelivered {
    Unsent(Unsent),
    /// There is no shared memory for the chunk; no other worker has more.
    NoMemory(io::Error),
}

impl From<Unsent> for Undelivered {
    fn from(why: Unsent) -> Undelivered {
        Undelivered::Unsent(why)
    }
}

/// A job, ready to be sent.
pub(super) struct Packed {
    pub(super) body: Vec<u8>,
    pub(super) operands: Option<Frozen>,
}

fn refused(what: &str, why: impl ToString) -> Fault {
    Fault::Io { what: what.to_owned(), why: why.to_string() }
}

/// A request that is no chunk.
fn plain(kind: u32, job: u32) -> Request {
    Request { kind, job, seq: 0, slot: 0, chunk: 0, bytes: 0 }
}

impl Worker {
    /// Starts worker `w` and says hello; it need not have answered before it is given work.
    pub(super) fn start(w: usize, terms: &Terms, alive: &Arc<Alive>) -> Result<Worker, Fault> {
        let (link, theirs) = Link::pair().map_err(|why| refused("make a link", why))?;
        let link = Arc::new(link);
        // The link is handed over as standard input, which needs no unsafe code; the worker moves
        // it away before any kernel runs. Its output and errors are the parent's own.
        let mut command = Command::new(&terms.program);
        command
            .envs([("RAYON_NUM_THREADS", "1"), ("OMP_NUM_THREADS", "1")])
            .envs(terms.env.iter().map(|(name, value)| (name, value)))
            .env(WORKER, "1")
            .stdin(Stdio::from(theirs));
        let process = Process::start(command, w, alive, &link)
            .map_err(|why| refused("start a worker", why))?;
        let worker = Worker {
            process,
            link,
            slots: None,
            born: Instant::now(),
            deaf: None,
            ready: false,
            excuse: None,
            sent: VecDeque::new(),
            jobs: HashSet::new(),
            is_stale: false,
            shared: 0,
            seq: 0,
            outbox: Vec::new(),
        };
        let greeting = Hello { fingerprint: fingerprint(&terms.kernels), memory: terms.memory };
        let body = serde_json::to_vec(&greeting).expect("numbers");
        // If it is dead already, the closed link will say so in its time.
        let _ = worker.say(plain(HELLO, 0), &body, None);
        Ok(worker)
    }

    /// Tells it of what it does not know yet: what it may forget, what is shared, what is to be done.
    pub(super) fn tell(
        &mut self,
        shared: &[(String, Arc<SharedCells>)],
        number: u32,
        job: &Packed,
    ) -> Result<(), Unsent> {
        self.send_stale()?;
        while let Some((name, cells)) = shared.get(self.shared) {
            let body = serde_json::to_vec(&Shared { name: name.clone() }).expect("text");
            self.say(plain(SHARE, 0), &body, Some(cells.fd()))?;
            self.shared += 1;
        }
        if !self.jobs.contains(&number) {
            let fd = job.operands.as_ref().map(Frozen::fd);
            self.say(plain(JOB, number), &job.body, fd)?;
            self.jobs.insert(number);
        }
        Ok(())
    }

    /// Gives it a chunk, once it knows the job.
    pub(super) fn give(
        &mut self,
        job: u32,
        message: &crate::remote::Message<'_>,
    ) -> Result<(), Undelivered> {
        let slot = self.slot_for(message.bytes)?;
        let request = Request {
            kind: if message.start.is_some() { RUN_FROM } else { RUN },
            job,
            seq: self.seq,
            slot: slot.unwrap_or_default(),
            chunk: message.chunk as u64,
            bytes: message.bytes as u64,
        };
        if let Some(start) = &message.start {
            self.give_from(request, slot, start)?;
        } else {
            self.outbox.push(request);
        }
        self.seq += 1;
        self.sent.push_back(Sent { seq: request.seq, slot, bytes: message.bytes, began: None });
        Ok(())
    }

    /// Gives it a chunk with the bytes that it begins with.
    fn give_from(
        &mut self,
        request: Request,
        slot: Option<u64>,
        start: &[u8],
    ) -> Result<(), Undelivered> {
        let sum = checksum(start).to_le_bytes();
        let body = match (slot, &self.slots) {
            (Some(slot), Some(slots)) => {
                slots.write(slot, start).map_err(Undelivered::NoMemory)?;
                &sum[..]
            }
            _ => start,
        };
        // Chunks are done in the order in which they are in `sent`.
        self.flush()?;
        Ok(self.say(request, body, None)?)
    }

    /// A slot that none of its chunks has, if the chunk is a long one. Whoever asks has made sure with
    /// `has_room` that there is one.
    fn slot_for(&mut self, bytes: usize) -> Result<Option<u64>, Undelivered> {
        if bytes <= INLINE {
            return Ok(None);
        }
        if self.slots.as_ref().is_none_or(|slots| bytes as u64 > slots.each()) {
            let slots = Slots::new(bytes as u64).map_err(Undelivered::NoMemory)?;
            let request = Request { bytes: slots.each(), ..plain(SLOTS, 0) };
            self.say(request, &[], Some(slots.fd()))?;
            self.slots = Some(slots);
        }
        Ok(self.free_slot())
    }

    fn free_slot(&self) -> Option<u64> {
        let is_free = |slot: &u64| self.sent.iter().all(|sent| sent.slot != Some(*slot));
        (0..self.slots.as_ref()?.count()).find(is_free)
    }

    /// Whether it can be given a chunk of so many bytes now.
    pub(super) fn has_room(&self, bytes: usize) -> bool {
        let fits = |slots: &Slots| bytes as u64 <= slots.each() && self.free_slot().is_some();
        bytes <= INLINE || self.sent.is_empty() || self.slots.as_ref().is_some_and(fits)
    }

    /// Takes its first chunk, which is done, off its hands, and says how many it should have: the
    /// longer chunks take, the fewer.
    pub(super) fn done(&mut self) -> usize {
        let began = self.sent.pop_front().and_then(|sent| sent.began);
        let took = began.map_or(AT_HAND, |began| began.elapsed());
        let fits = AT_HAND.as_nanos() / took.as_nanos().max(1);
        usize::try_from(fits).unwrap_or(MAX_AT_HAND).clamp(MIN_AT_HAND, MAX_AT_HAND)
    }

    /// Whether it has been told of its first chunk, and so may have begun it.
    pub(super) fn knows_first(&self) -> bool {
        self.sent.len() > self.outbox.len()
    }

    pub(super) fn has_unsent(&self) -> bool {
        !self.outbox.is_empty()
    }

    /// Sends the chunks that it has been given, all in one message.
    pub(super) fn flush(&mut self) -> Result<(), Unsent> {
        let Some((first, more)) = self.outbox.split_first() else { return Ok(()) };
        self.say(*first, bytemuck::cast_slice(more), None)?;
        self.outbox.clear();
        Ok(())
    }

    /// The result of its first chunk: what came in the message, or what is in the slot. None when it
    /// is not what the worker said that it was.
    pub(super) fn result(&self, sent: &Sent, body: &[u8]) -> Option<Vec<u8>> {
        let (Some(slot), Some(slots)) = (sent.slot, &self.slots) else {
            return (body.len() == sent.bytes).then(|| body.to_vec());
        };
        let mut bytes = vec![0; sent.bytes];
        slots.read(slot, &mut bytes).ok()?;
        // From here on nobody but this process has the bytes.
        (checksum(&bytes).to_le_bytes() == *body).then_some(bytes)
    }

    /// Says that the jobs so far are over, or remembers to say it.
    pub(super) fn forget(&mut self) -> Result<(), Unsent> {
        self.is_stale |= !self.jobs.is_empty();
        self.jobs.clear();
        match self.send_stale() {
            Err(Unsent::Full) => Ok(()),
            sent => sent,
        }
    }

    fn send_stale(&mut self) -> Result<(), Unsent> {
        if self.is_stale {
            self.say(plain(FORGET, 0), &[], None)?;
            self.is_stale = false;
        }
        Ok(())
    }

    fn say(&self, head: Request, body: &[u8], fd: Option<BorrowedFd<'_>>) -> Result<(), Unsent> {
        self.link.send(bytemuck::bytes_of(&head), body, fd, false)
    }

    pub(super) fn receive(&self, buffer: &mut [u8]) -> Received {
        self.link.hear_word(buffer)
    }

    /// Makes sure that it is dead and that nothing of it is left, and says how it ended. Only after
    /// this may its chunks be given to others: nobody else writes to them any more.
    pub(super) fn end(self) -> Ending {
        self.process.end()
    }
}
