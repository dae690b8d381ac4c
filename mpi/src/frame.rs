//! Messages: a head of numbers and a body of bytes, behind the head if there is room.

use crate::channel::{Bytes, Channel, Receiving, Sending, Tag};
use abreast::Error;
use abreast::sample::Aligned;
use bytemuck::{Pod, Zeroable};

/// What the numbers of a message mean. The others are zero.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
pub struct Head {
    /// A [`Kind`].
    pub kind: u64,
    /// Which job, counted by rank 0.
    pub job: u64,
    /// Which of the executors within ranks, counted by rank 0.
    pub inner: u64,
    /// The first task, by the numbers of the run.
    pub task: u64,
    /// Its chunk of the job's plan.
    pub chunk: u64,
    /// How many tasks and chunks, one after the other; of results, how many were done.
    pub count: u64,
    /// How many of them at once at most.
    pub width: u64,
    /// Nanoseconds that each may take, or 0.
    pub deadline: u64,
    /// How often a task may kill a worker process of the rank.
    pub attempts: u64,
    /// How many bytes at the end of the body are a fault.
    pub fault: u64,
    /// Bytes of the body.
    pub body: u64,
    /// In pieces of how many bytes the body comes, if it does not fit behind the head.
    pub piece: u64,
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A rank to rank 0: what it is and knows.
    Hello = 1,
    /// Rank 0: make an executor of this name. Answer: `Inner` with its width, or with a fault.
    Inner,
    /// Rank 0: a job in bytes.
    Job,
    /// Rank 0: do these chunks. The body is what an in-place kernel begins with. Answer: `Done`.
    Batch,
    /// What came out of some chunks, and the fault of the first that failed.
    Done,
    /// Rank 0: the run has ended, forget its jobs.
    End,
    /// Rank 0: there will be no more runs.
    Bye,
}

impl Head {
    /// A message of this kind.
    pub fn of(kind: Kind) -> Head {
        Head { kind: kind as u64, ..Head::zeroed() }
    }

    /// Whether it is of this kind.
    pub fn is(&self, kind: Kind) -> bool {
        self.kind == kind as u64
    }

    fn is_inline(&self) -> bool {
        self.body as usize <= INLINE
    }
}

/// A message with everything in it is no longer than this: MPI sends it at once, without asking the other side.
const ENVELOPE: usize = 4096;
const INLINE: usize = ENVELOPE - size_of::<Head>();

/// What this rank has sent and may still be on its way.
pub struct Outbox {
    /// A body is sent in pieces of at most so many bytes.
    pub piece: usize,
    on_the_way: Vec<Sending>,
}

impl Outbox {
    /// Nothing yet.
    pub fn new(piece: usize) -> Outbox {
        Outbox { piece, on_the_way: Vec::new() }
    }

    /// Begins to send a message.
    pub fn send(&mut self, channel: &Channel, to: usize, head: Head, body: Bytes) {
        let (len, piece) = (body.as_slice().len(), self.piece);
        let head = Head { body: len as u64, piece: piece as u64, ..head };
        let mut envelope = bytemuck::bytes_of(&head).to_vec();
        if head.is_inline() {
            envelope.extend_from_slice(body.as_slice());
        }
        self.keep(channel.send(to, Tag::Envelope, Bytes::Own(envelope), ENVELOPE));
        if !head.is_inline() {
            self.keep(channel.send(to, Tag::Bulk, body, piece));
        }
    }

    fn keep(&mut self, mut sending: Sending) {
        if !sending.is_done() {
            self.on_the_way.push(sending);
        }
    }

    /// Whether everything has been taken; gives MPI a chance to go on.
    pub fn is_empty(&mut self) -> bool {
        self.on_the_way.retain_mut(|sending| !sending.is_done());
        self.on_the_way.is_empty()
    }
}

/// What comes from one rank, message after message.
pub struct Inbox {
    from: usize,
    state: State,
}

enum State {
    Idle,
    Envelope(Receiving),
    Bulk(Head, Receiving),
}

impl Inbox {
    /// Of this rank, which is not expected to send anything yet.
    pub fn of(from: usize) -> Inbox {
        Inbox { from, state: State::Idle }
    }

    /// Whether a body is on its way.
    pub fn is_moving(&self) -> bool {
        matches!(self.state, State::Bulk(..))
    }

    /// There will be a message.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub fn expect(&mut self, channel: &Channel) -> Result<(), Error> {
        if let State::Idle = self.state {
            let envelope = channel.receive(self.from, Tag::Envelope, ENVELOPE, ENVELOPE)?;
            self.state = State::Envelope(envelope);
        }
        Ok(())
    }

    /// The message that is [expected](Inbox::expect), once it is here with all of its body.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub fn poll(&mut self, channel: &Channel) -> Result<Option<(Head, Aligned<u8>)>, Error> {
        if let State::Envelope(envelope) = &mut self.state {
            let Some(bytes) = envelope.poll() else { return Ok(None) };
            let (head, rest) = bytes.as_slice().split_at(size_of::<Head>());
            let head: Head = bytemuck::pod_read_unaligned(head);
            self.state = State::Idle;
            if head.is_inline() {
                return Ok(Some((head, Aligned::from(&rest[..head.body as usize]))));
            }
            let (len, piece) = (head.body as usize, head.piece as usize);
            self.state = State::Bulk(head, channel.receive(self.from, Tag::Bulk, len, piece)?);
        }
        let State::Bulk(head, body) = &mut self.state else { return Ok(None) };
        let (head, Some(body)) = (*head, body.poll()) else { return Ok(None) };
        self.state = State::Idle;
        Ok(Some((head, body)))
    }
}
