//! All messages of a rank.

use crate::channel::{Bytes, Channel};
use crate::frame::{Head, Inbox, Outbox};
use crate::idle::Idle;
use crate::last_words;
use abreast::sample::Aligned;

/// What is on its way, from here and to here.
pub struct Post {
    channel: Channel,
    outbox: Outbox,
    inboxes: Vec<Inbox>,
}

/// The exit code when a message has no room.
const NO_ROOM: i32 = 5;

/// A body goes in pieces of at most so many bytes: MPI counts in 32 bits.
const PIECE: usize = 1 << 30;

/// Another size of pieces, for tests.
const PIECE_VARIABLE: &str = "ABREAST_MPI_PIECE";

impl Post {
    /// Nothing yet.
    pub fn new(channel: Channel) -> Post {
        let given = std::env::var(PIECE_VARIABLE).ok().and_then(|text| text.parse().ok());
        let piece = given.filter(|piece| (1..=PIECE).contains(piece)).unwrap_or(PIECE);
        let inboxes = (0..channel.size()).map(Inbox::of).collect();
        Post { channel, outbox: Outbox::new(piece), inboxes }
    }

    /// Between which ranks.
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Begins to send a message.
    pub fn send(&mut self, to: usize, head: Head, body: Bytes) {
        self.outbox.send(&self.channel, to, head, body);
    }

    /// Whether everything has been taken; gives MPI a chance to go on.
    pub fn is_taken(&mut self) -> bool {
        self.outbox.is_empty()
    }

    /// Waits until everything has been taken.
    pub fn flush(&mut self) {
        let mut idle = Idle::default();
        while !self.is_taken() {
            idle.pause(true);
        }
    }

    /// Whether bytes are on their way, from here or to here; gives MPI a chance to go on.
    pub fn is_moving(&mut self) -> bool {
        !self.is_taken() || self.inboxes.iter().any(Inbox::is_moving)
    }

    /// The next message of this rank, if it is here. There must be one to come.
    pub fn poll(&mut self, from: usize) -> Option<(Head, Aligned<u8>)> {
        let inbox = &mut self.inboxes[from];
        let polled = inbox.expect(&self.channel).and_then(|()| inbox.poll(&self.channel));
        polled.unwrap_or_else(|why| {
            let rank = self.channel.rank();
            let what = format!("rank {rank} cannot take a message of rank {from}: {why}");
            last_words::say_and_wait(&what);
            self.channel.abort(NO_ROOM)
        })
    }

    /// The next message of this rank. What has been sent goes on meanwhile.
    pub fn wait(&mut self, from: usize) -> (Head, Aligned<u8>) {
        let mut idle = Idle::default();
        loop {
            if let Some(message) = self.poll(from) {
                return message;
            }
            let moving = self.is_moving();
            idle.pause(moving);
        }
    }
}
