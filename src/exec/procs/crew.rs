//! The parent's side of its workers: start them, talk to them, bury them.

use super::frame::*;
use super::link::{Broken, Heard, Link};
use super::memory::{SharedCells, Slots};
use super::registry::WORKER;
use crate::Fault;
use crate::fork::Origin;
use crate::kernel::Remote;
use std::collections::{HashSet, VecDeque};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How workers are to be.
#[derive(Debug)]
pub(super) struct Terms {
    pub(super) program: PathBuf,
    pub(super) kernels: Vec<Remote>,
    pub(super) memory: Option<u64>,
    pub(super) shared: Vec<(String, Arc<SharedCells>)>,
}

/// A chunk that a worker has.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) task: usize,
    pub(super) seq: u64,
    pub(super) slot: u64,
    pub(super) bytes: usize,
    /// When it became the worker's first; a worker does one after another.
    pub(super) began: Option<Instant>,
}

/// One worker, from its start to its funeral.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    pub(super) link: Link,
    slots: Slots,
    pub(super) born: Instant,
    /// Whether it has introduced itself.
    pub(super) greeted: bool,
    pub(super) sent: VecDeque<Sent>,
    orders: HashSet<u32>,
    seq: u64,
    /// How many chunks it should have at hand.
    at_hand: usize,
    /// Chunks that it has been given and not yet been told of.
    outbox: Vec<Request>,
}

/// Work that a worker may have at hand: enough to sleep through, too little to unbalance a run.
const AT_HAND: Duration = Duration::from_micros(500);

/// What somebody else may do to workers while a run goes on: the process numbers of the living.
/// A number is taken out before its process is reaped, so none of them is ever a stranger's.
pub(super) type Alive = Mutex<Vec<Option<u32>>>;

fn refused(what: &str, why: impl ToString) -> Fault {
    Fault::Io { what: what.to_owned(), why: why.to_string() }
}

impl Worker {
    /// Starts one and says hello; it need not have answered before it is given work.
    pub(super) fn start(terms: &Terms) -> Result<Worker, Fault> {
        let (link, theirs) = Link::pair().map_err(|why| refused("make a link", why))?;
        let slots = Slots::new().map_err(|why| refused("make shared memory", why))?;
        // The link is handed over as standard input, which needs no unsafe code; the worker moves
        // it away before any kernel runs. Its output and errors are the parent's own.
        let child = Command::new(&terms.program)
            .env(WORKER, "1")
            .envs([("RAYON_NUM_THREADS", "1"), ("OMP_NUM_THREADS", "1")])
            .stdin(Stdio::from(theirs))
            .spawn()
            .map_err(|why| refused("start a worker", why))?;
        let worker = Worker {
            child,
            link,
            slots,
            born: Instant::now(),
            greeted: false,
            sent: VecDeque::new(),
            orders: HashSet::new(),
            seq: 0,
            at_hand: FEWEST_AT_HAND,
            outbox: Vec::new(),
        };
        let greeting = Greeting { fingerprint: fingerprint(&terms.kernels), memory: terms.memory };
        let body = serde_json::to_vec(&greeting).expect("numbers");
        // If it is dead already, the closed link will say so in its time.
        let _ = worker.say(HELLO, 0, &body, Some(Carried::Slots));
        for (name, cells) in &terms.shared {
            let _ = worker.share(name, cells);
        }
        Ok(worker)
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn share(&self, name: &str, cells: &SharedCells) -> Result<(), Broken> {
        let body = serde_json::to_vec(&Shared { name: name.to_owned() }).expect("text");
        self.say(SHARE, 0, &body, Some(Carried::Cells(cells)))
    }

    /// Tells it of an order, once.
    pub(super) fn tell(&mut self, number: u32, order: &Packed) -> Result<(), Broken> {
        if self.orders.insert(number) {
            let fd = order.operands.as_ref().map(Carried::Operands);
            self.say(ORDER, number, &order.body, fd)?;
        }
        Ok(())
    }

    /// Gives it a chunk.
    pub(super) fn give(
        &mut self,
        task: usize,
        order: u32,
        wire: &crate::tasks::Wire<'_>,
    ) -> Result<(), Undelivered> {
        let (seq, slot) = (self.seq, self.free_slot());
        if wire.bytes > INLINE && wire.bytes as u64 > self.slots.each() {
            self.grow(wire.bytes as u64)?;
        }
        let request = Request {
            kind: if wire.start.is_some() { RUN_FROM } else { RUN },
            order,
            seq,
            slot,
            chunk: wire.chunk as u64,
            bytes: wire.bytes as u64,
        };
        let mut body = wire.start.as_deref().unwrap_or_default();
        if body.len() > INLINE {
            self.slots.write(slot, body).map_err(Undelivered::Full)?;
            body = &[];
        }
        if wire.start.is_some() {
            // Chunks are done in the order in which they are in `sent`.
            self.flush()?;
            self.link.send(bytemuck::bytes_of(&request), body, None, false)?;
        } else {
            self.outbox.push(request);
        }
        self.seq += 1;
        self.sent.push_back(Sent { task, seq, slot, bytes: wire.bytes, began: None });
        Ok(())
    }

    /// A slot that none of its chunks has; there is always one.
    fn free_slot(&self) -> u64 {
        let is_free = |slot: &u64| self.sent.iter().all(|sent| sent.slot != *slot);
        (0..MOST_AT_HAND as u64).find(is_free).unwrap_or_default()
    }

    /// Takes its first chunk, which is done, off its hands. The longer chunks take, the fewer it
    /// should have.
    pub(super) fn done(&mut self) {
        let began = self.sent.pop_front().and_then(|sent| sent.began);
        if let Some(took) = began.map(|began| began.elapsed()) {
            let fits = AT_HAND.as_nanos() / took.as_nanos().max(1);
            self.at_hand = (fits as usize).clamp(FEWEST_AT_HAND, MOST_AT_HAND);
        }
    }

    /// Sends the chunks that it has been given, all in one message.
    pub(super) fn flush(&mut self) -> Result<(), Broken> {
        let Some((first, more)) = self.outbox.split_first() else { return Ok(()) };
        let more = bytemuck::cast_slice(more);
        self.link.send(bytemuck::bytes_of(first), more, None, false)?;
        self.outbox.clear();
        Ok(())
    }

    /// Makes the slots larger. Only when nothing is in them: see `has_room`.
    fn grow(&mut self, bytes: u64) -> Result<(), Broken> {
        self.slots.set_each(bytes.next_multiple_of(4096));
        let request =
            Request { kind: SLOTS, order: 0, seq: 0, slot: 0, chunk: 0, bytes: self.slots.each() };
        self.link.send(bytemuck::bytes_of(&request), &[], None, false)
    }

    /// Whether it should have more chunks.
    pub(super) fn is_hungry(&self) -> bool {
        self.sent.len() < self.at_hand
    }

    /// Whether it can be given a chunk of so many bytes now.
    pub(super) fn has_room(&self, bytes: usize) -> bool {
        let grows = bytes > INLINE && bytes as u64 > self.slots.each();
        self.sent.is_empty() || !grows
    }

    /// The result of its first chunk: what came in the message, or what is in the slot.
    pub(super) fn result(&self, sent: &Sent, body: &[u8]) -> Option<Vec<u8>> {
        if sent.bytes <= INLINE {
            return (body.len() == sent.bytes).then(|| body.to_vec());
        }
        let mut bytes = vec![0; sent.bytes];
        self.slots.read(sent.slot, &mut bytes).ok()?;
        Some(bytes)
    }

    /// Says that the orders so far are over.
    pub(super) fn forget(&mut self) -> Result<(), Broken> {
        if self.orders.is_empty() {
            return Ok(());
        }
        self.orders.clear();
        self.say(FORGET, 0, &[], None)
    }

    fn say(
        &self,
        kind: u32,
        order: u32,
        body: &[u8],
        carried: Option<Carried<'_>>,
    ) -> Result<(), Broken> {
        let request = Request { kind, order, seq: 0, slot: 0, chunk: 0, bytes: 0 };
        let fd = carried.map(|carried| match carried {
            Carried::Slots => self.slots.fd(),
            Carried::Cells(cells) => cells.fd(),
            Carried::Operands(frozen) => frozen.fd(),
        });
        self.link.send(bytemuck::bytes_of(&request), body, fd, false)
    }

    pub(super) fn hear(&self, buffer: &mut [u8]) -> Heard {
        self.link.hear_word(buffer)
    }

    /// Makes sure that it is dead and that nothing of it is left, and says how it ended. Only after
    /// this may its chunks be given to others: nobody else writes to them any more.
    pub(super) fn bury(mut self) -> String {
        // No effect on one that has ended; its own status stays.
        let _ = self.child.kill();
        self.child.wait().map_or_else(|why| format!("cannot be waited for: {why}"), describe)
    }
}

/// All workers of a pool: a place for each.
#[derive(Debug)]
pub(super) struct Crew {
    places: Vec<Option<Worker>>,
    /// Which places have had a worker.
    used: Vec<bool>,
    /// Whether any worker ever said hello.
    ever_greeted: bool,
    /// How many in a row have not.
    silent: usize,
    orders: u32,
    alive: Arc<Alive>,
    pub(super) origin: Origin,
}

/// Workers in a row that end without a hello before that is taken for the program's nature.
const MOST_SILENT: [usize; 2] = [3, 100];

impl Crew {
    pub(super) fn new(width: usize, alive: Arc<Alive>) -> Crew {
        Crew {
            places: (0..width).map(|_| None).collect(),
            used: vec![false; width],
            ever_greeted: false,
            silent: 0,
            orders: 0,
            alive,
            origin: Origin::this(),
        }
    }

    pub(super) fn width(&self) -> usize {
        self.places.len()
    }

    pub(super) fn living(&self) -> impl Iterator<Item = usize> {
        (0..self.places.len()).filter(|w| self.places[*w].is_some())
    }

    /// Whether place `w` should be given a chunk.
    pub(super) fn is_hungry(&self, w: usize) -> bool {
        self.places[w].as_ref().is_none_or(Worker::is_hungry)
    }

    pub(super) fn is_idle(&self) -> bool {
        self.places.iter().flatten().all(|worker| worker.sent.is_empty())
    }

    /// Worker `w`, one of the living.
    pub(super) fn get(&self, w: usize) -> &Worker {
        self.places[w].as_ref().expect("one of the living")
    }

    pub(super) fn get_mut(&mut self, w: usize) -> Option<&mut Worker> {
        self.places[w].as_mut()
    }

    /// Worker `w`, started if there is none, and whether it has just taken a dead one's place. None
    /// when it cannot be started; then others do its work, and if there are none that is the fault.
    pub(super) fn worker(
        &mut self,
        w: usize,
        terms: &Terms,
    ) -> Result<Option<(&mut Worker, bool)>, Fault> {
        let mut is_successor = false;
        if self.places[w].is_none() {
            match Worker::start(terms) {
                Ok(worker) => {
                    self.register(w, Some(worker.pid()));
                    self.places[w] = Some(worker);
                    is_successor = std::mem::replace(&mut self.used[w], true);
                }
                Err(fault) if self.living().next().is_none() => return Err(fault),
                Err(_) => return Ok(None),
            }
        }
        Ok(self.places[w].as_mut().map(|worker| (worker, is_successor)))
    }

    fn register(&self, w: usize, pid: Option<u32>) {
        self.alive.lock().unwrap_or_else(|dead| dead.into_inner())[w] = pid;
    }

    pub(super) fn greeted(&mut self, w: usize) {
        (self.ever_greeted, self.silent) = (true, 0);
        if let Some(worker) = &mut self.places[w] {
            worker.greeted = true;
        }
    }

    /// Buries worker `w`: how it ended, whether it had said hello, and what it had.
    pub(super) fn bury(&mut self, w: usize) -> Result<(String, bool, VecDeque<Sent>), Fault> {
        let Some(mut worker) = self.places[w].take() else {
            return Ok((String::new(), false, VecDeque::new()));
        };
        self.register(w, None);
        let (greeted, sent) = (worker.greeted, std::mem::take(&mut worker.sent));
        let how = worker.bury();
        self.silent += usize::from(!greeted);
        if self.silent >= MOST_SILENT[usize::from(self.ever_greeted)] {
            return Err(Fault::NoWorkerEntry);
        }
        Ok((how, greeted, sent))
    }

    /// Ends every worker, whatever it is doing.
    pub(super) fn dismiss(&mut self) {
        for w in 0..self.places.len() {
            self.register(w, None);
            if let Some(worker) = self.places[w].take() {
                worker.bury();
            }
        }
    }

    /// Before a run: a worker that still has something is at work for a run that was broken off.
    pub(super) fn tidy(&mut self) {
        if !self.is_idle() {
            self.dismiss();
        }
    }

    /// After a run: its orders are over. Who does not hear it is replaced when there is work.
    pub(super) fn forget(&mut self) {
        for w in 0..self.places.len() {
            if self.places[w].as_mut().is_some_and(|worker| worker.forget().is_err()) {
                self.register(w, None);
                self.places[w].take().map(Worker::bury);
            }
        }
    }

    /// Tells the living of a shared array.
    pub(super) fn share(&mut self, name: &str, cells: &SharedCells) {
        for w in 0..self.places.len() {
            if self.places[w].as_ref().is_some_and(|worker| worker.share(name, cells).is_err()) {
                self.register(w, None);
                self.places[w].take().map(Worker::bury);
            }
        }
    }

    pub(super) fn next_order(&mut self) -> u32 {
        self.orders = self.orders.wrapping_add(1);
        self.orders
    }
}

/// Why a worker did not get a chunk.
pub(super) enum Undelivered {
    /// It does not listen any more.
    Broken,
    /// There is no shared memory for the chunk's first bytes; no other worker has more.
    Full(io::Error),
}

impl From<Broken> for Undelivered {
    fn from(_: Broken) -> Undelivered {
        Undelivered::Broken
    }
}

/// What goes along with a message.
enum Carried<'c> {
    Slots,
    Cells(&'c SharedCells),
    Operands(&'c super::memory::Frozen),
}

/// An order, ready to be sent.
pub(super) struct Packed {
    pub(super) body: Vec<u8>,
    pub(super) operands: Option<super::memory::Frozen>,
}

fn describe(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("was killed by {}", signal_name(signal)),
        (None, Some(code)) => format!("exited with status {code}"),
        (None, None) => status.to_string(),
    }
}

fn signal_name(number: i32) -> String {
    let known = [
        (libc::SIGSEGV, "SIGSEGV"),
        (libc::SIGABRT, "SIGABRT"),
        (libc::SIGKILL, "SIGKILL"),
        (libc::SIGBUS, "SIGBUS"),
        (libc::SIGFPE, "SIGFPE"),
        (libc::SIGILL, "SIGILL"),
        (libc::SIGTERM, "SIGTERM"),
        (libc::SIGINT, "SIGINT"),
        (libc::SIGTRAP, "SIGTRAP"),
        (libc::SIGXCPU, "SIGXCPU"),
    ];
    let name = known.iter().find(|(known, _)| *known == number).map(|(_, name)| *name);
    name.map_or_else(|| format!("signal {number}"), str::to_owned)
}
