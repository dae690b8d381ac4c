//! What travels between a parent and its workers: small heads of plain bytes, each with a body.
//!
//! A head and its body are one message of a socket that keeps messages apart, so nothing has to be
//! counted or searched for, and a cut message is known by its length.

use crate::{Error, remote};
use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};

/// The longest message.
pub(super) const LONGEST: usize = 64 << 10;

/// Results up to this size travel in the message, longer ones in the worker's slots.
pub(super) const INLINE: usize = 4096;

/// Chunks that a worker has at hand, at least: one in work, and one so that it need not wait.
pub(super) const MIN_AT_HAND: usize = 2;

/// And at most, when they are so short that waking each other costs more than the work.
pub(super) const MAX_AT_HAND: usize = 16;

/// What a parent says. A body follows where the kind has one.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
pub(super) struct Request {
    pub(super) kind: u32,
    /// Which job the chunk is of.
    pub(super) job: u32,
    /// The number of the request.
    pub(super) seq: u64,
    /// Where long bytes are.
    pub(super) slot: u64,
    pub(super) chunk: u64,
    /// Bytes of the chunk's output; in `SLOTS` the bytes of one slot.
    pub(super) bytes: u64,
}

/// What a worker says.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
pub(super) struct Reply {
    pub(super) kind: u32,
    pub(super) unused: u32,
    pub(super) seq: u64,
}

/// Both: who speaks. The body is a [`Hello`] from the parent, a fingerprint from the worker.
pub(super) const HELLO: u32 = 1;
/// Parent: a job; the body is an [`JobHead`], the descriptor its operands.
pub(super) const JOB: u32 = 2;
/// Parent: no chunk of the jobs so far will follow.
pub(super) const FORGET: u32 = 3;
/// Parent: the memory for results from now on is in the descriptor, so many bytes for each.
pub(super) const SLOTS: u32 = 4;
/// Parent: do a chunk. The body holds more requests of this kind: short chunks travel together.
pub(super) const RUN: u32 = 5;
/// Parent: do a chunk whose output is also an input; its bytes are in the body, or in the slot and
/// the body has their [`checksum`].
pub(super) const RUN_FROM: u32 = 6;
/// Parent: a shared array; the body is a [`Shared`], the descriptor its memory.
pub(super) const SHARE: u32 = 7;
/// Worker: the chunk is done; its bytes are in the body, or in the slot and the body has their
/// [`checksum`].
pub(super) const DONE: u32 = 8;
/// Worker: the body reports an error.
pub(super) const FAILED: u32 = 9;
/// Worker: the variant panicked with this text.
pub(super) const PANICKED: u32 = 10;
/// Worker, instead of `HELLO`: it cannot serve, for this reason.
pub(super) const CANNOT: u32 = 11;
/// Worker, instead of `HELLO`: its `main` has gone on as if it were no worker.
pub(super) const ASTRAY: u32 = 12;

/// The parent's introduction.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Hello {
    pub(super) fingerprint: u64,
    /// Bytes of address space that the worker may have.
    pub(super) memory: Option<u64>,
}

/// A job, whose operands are in the file that comes with it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct JobHead<'t> {
    pub(super) kernel: std::borrow::Cow<'t, str>,
    pub(super) variant: std::borrow::Cow<'t, str>,
    pub(super) level: std::borrow::Cow<'t, str>,
    pub(super) args: std::borrow::Cow<'t, [u8]>,
    pub(super) plan: Vec<u8>,
    pub(super) part: Option<std::ops::Range<usize>>,
    /// Where each operand lies in the file: its first byte and how many there are.
    pub(super) operands: Vec<(usize, usize)>,
    /// Or the files in which they are.
    pub(super) files: Vec<String>,
}

/// A shared array.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Shared {
    pub(super) name: String,
}

/// A number that tells bytes from other bytes. Whoever has something open in a worker can change what
/// lies in shared memory; with this it shows.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    const LANES: usize = 8;
    const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(FACTOR).rotate_left(29);
    let word = |bytes: &[u8]| {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(word)
    };
    let mut lanes = [bytes.len() as u64; LANES];
    let blocks = bytes.chunks_exact(8 * LANES);
    let rest = blocks.remainder();
    for block in blocks {
        for (lane, bytes) in lanes.iter_mut().zip(block.chunks_exact(8)) {
            *lane = mix(*lane, word(bytes));
        }
    }
    let rest = rest.chunks(8).map(word);
    lanes.into_iter().chain(rest).fold(FACTOR, mix)
}

/// A head and what follows it; none when the message is too short for a head.
pub(super) fn split<H: Pod>(message: &[u8]) -> Option<(H, &[u8])> {
    let (head, body) = message.split_at_checked(size_of::<H>())?;
    Some((bytemuck::pod_read_unaligned(head), body))
}

/// What a text may have of a message.
const MAX_TEXT: usize = LONGEST - 256;

/// Text that fits into a message; what is cut off is said to be.
pub(super) fn shorten(mut text: String) -> String {
    remote::cut(&mut text, MAX_TEXT);
    text
}

/// An error that fits into a message.
pub(super) fn pack(why: &Error) -> Option<Vec<u8>> {
    remote::error_to_bytes(why, LONGEST - size_of::<Reply>())
}
