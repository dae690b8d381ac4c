//! Bytes from rank to rank, never waiting: the only place that hands memory to MPI.
//!
//! Nothing here blocks. If two ranks waited for each other to take what they send, both would wait for ever;
//! and a rank that waits within MPI keeps a core busy that another rank of the machine may need.

#![allow(unsafe_code)]

use abreast::Error;
use abreast::sample::Aligned;
use mpi::datatype::Equivalence;
use mpi::ffi;
use mpi::topology::{Communicator, SimpleCommunicator};
use mpi::traits::AsRaw;
use std::ffi::c_int;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::rc::Rc;

/// What ranks send to each other: a communicator of its own, so that no message of the program's is
/// mistaken for one of these.
///
/// It belongs to the thread that started MPI, which alone may call MPI.
pub struct Channel {
    // Never freed: the end of MPI does it, and an executor may outlive that.
    comm: ManuallyDrop<SimpleCommunicator>,
    of_one_thread: PhantomData<*const ()>,
}

/// What a message is: each kind is received apart.
#[derive(Debug, Clone, Copy)]
pub enum Tag {
    /// A head, and what fits behind it.
    Envelope = 1,
    /// What does not fit there.
    Bulk = 2,
}

/// Bytes that nobody changes while they are sent.
#[derive(Debug, Clone)]
pub enum Bytes {
    /// For one message.
    Own(Vec<u8>),
    /// For one message: the output of some chunks, or a part of a job.
    Block(Aligned<u8>),
    /// For several: a job.
    Shared(Rc<Aligned<u8>>),
}

impl Bytes {
    /// As a slice, whose address never changes.
    pub fn as_slice(&self) -> &[u8] {
        match self {
            Bytes::Own(bytes) => bytes,
            Bytes::Block(bytes) => bytes.as_slice(),
            Bytes::Shared(bytes) => bytes.as_slice(),
        }
    }
}

impl Channel {
    /// Among the ranks of `world`.
    pub fn among(world: &SimpleCommunicator) -> Channel {
        Channel { comm: ManuallyDrop::new(world.duplicate()), of_one_thread: PhantomData }
    }

    /// This rank's number.
    pub fn rank(&self) -> usize {
        self.comm.rank() as usize
    }

    /// How many ranks there are.
    pub fn size(&self) -> usize {
        self.comm.size() as usize
    }

    /// Ends every rank, with this exit code.
    pub fn abort(&self, code: i32) -> ! {
        self.comm.abort(code)
    }

    /// Begins to send `bytes`, in pieces of at most `piece` bytes.
    pub fn send(&self, to: usize, tag: Tag, bytes: Bytes, piece: usize) -> Sending {
        let mut requests = Vec::new();
        for part in pieces(bytes.as_slice(), piece) {
            let (start, count) = (part.as_ptr().cast(), part.len() as c_int);
            let (kind, comm) = (u8::equivalent_datatype().as_raw(), self.comm.as_raw());
            let mut request = MaybeUninit::uninit();
            let place = request.as_mut_ptr();
            // SAFETY: `part` has `count` bytes. They stay where they are, unchanged, until the request is done:
            // `Sending` keeps them, or leaks them. The thread is the one that started MPI, by `Channel`.
            let code = unsafe {
                ffi::MPI_Isend(start, count, kind, to as c_int, tag as c_int, comm, place)
            };
            // SAFETY: `MPI_Isend` has written it.
            requests.push(checked(code, "MPI_Isend", || unsafe { request.assume_init() }));
        }
        Sending { requests, bytes: ManuallyDrop::new(bytes) }
    }

    /// Begins to receive at most `len` bytes, or exactly so many in pieces of `piece`.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub fn receive(
        &self,
        from: usize,
        tag: Tag,
        len: usize,
        piece: usize,
    ) -> Result<Receiving, Error> {
        let mut bytes = Aligned::zeroed(len, "a message")?;
        let mut requests = Vec::new();
        for part in pieces_mut(bytes.as_mut_slice(), piece) {
            let (start, count) = (part.as_mut_ptr().cast(), part.len() as c_int);
            let (kind, comm) = (u8::equivalent_datatype().as_raw(), self.comm.as_raw());
            let mut request = MaybeUninit::uninit();
            let place = request.as_mut_ptr();
            // SAFETY: `part` has room for `count` bytes. `Receiving` does not touch it until the request is done,
            // or leaks it. The thread is the one that started MPI, by `Channel`.
            let code = unsafe {
                ffi::MPI_Irecv(start, count, kind, from as c_int, tag as c_int, comm, place)
            };
            // SAFETY: `MPI_Irecv` has written it.
            requests.push(checked(code, "MPI_Irecv", || unsafe { request.assume_init() }));
        }
        let bytes = ManuallyDrop::new(bytes);
        Ok(Receiving { requests, bytes, of_one_thread: PhantomData })
    }
}

/// Bytes on their way to another rank.
///
/// Dropped before they are there, they are leaked: MPI still reads them.
pub struct Sending {
    requests: Vec<ffi::MPI_Request>,
    bytes: ManuallyDrop<Bytes>,
}

impl Sending {
    /// Whether MPI is done with them; gives it a chance to go on.
    pub fn is_done(&mut self) -> bool {
        all_done(&mut self.requests)
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if self.requests.is_empty() {
            // SAFETY: nobody has dropped it before, and MPI is done with it.
            unsafe { ManuallyDrop::drop(&mut self.bytes) }
        }
    }
}

/// Bytes on their way to here.
///
/// Dropped before they are here, their room is leaked: MPI still writes to it.
pub struct Receiving {
    requests: Vec<ffi::MPI_Request>,
    bytes: ManuallyDrop<Aligned<u8>>,
    of_one_thread: PhantomData<*const ()>,
}

impl Receiving {
    /// The bytes, once they are here; gives MPI a chance to go on.
    pub fn poll(&mut self) -> Option<Aligned<u8>> {
        let nothing = || Aligned::from(&[][..]);
        all_done(&mut self.requests).then(|| std::mem::replace(&mut *self.bytes, nothing()))
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        if self.requests.is_empty() {
            // SAFETY: nobody has dropped it before, and MPI is done with it.
            unsafe { ManuallyDrop::drop(&mut self.bytes) }
        }
    }
}

/// Whether all of these are done, which then are none.
fn all_done(requests: &mut Vec<ffi::MPI_Request>) -> bool {
    if requests.is_empty() {
        return true;
    }
    let (count, first) = (requests.len() as c_int, requests.as_mut_ptr());
    // SAFETY: MPI's own constant, which never changes.
    let ignored = unsafe { ffi::RSMPI_STATUSES_IGNORE };
    let mut flag = 0;
    // SAFETY: `count` requests that have been begun on this thread (`Sending` and `Receiving` cannot leave it) and
    // that are not done yet, or that MPI itself has set to none.
    let code = unsafe { ffi::MPI_Testall(count, first, &mut flag, ignored) };
    let is_done = checked(code, "MPI_Testall", || flag != 0);
    if is_done {
        requests.clear();
    }
    is_done
}

/// MPI ends the program on errors, unless somebody has told it not to.
fn checked<T>(code: c_int, function: &str, value: impl FnOnce() -> T) -> T {
    assert_eq!(code, 0, "{function} failed");
    value()
}

/// Parts of at most `piece` bytes: MPI counts in 32 bits. Nothing at all is one part, of no bytes.
fn pieces(bytes: &[u8], piece: usize) -> impl Iterator<Item = &[u8]> {
    let parts = bytes.len().div_ceil(piece).max(1);
    (0..parts).map(move |i| &bytes[i * piece..bytes.len().min((i + 1) * piece)])
}

fn pieces_mut(bytes: &mut [u8], piece: usize) -> impl Iterator<Item = &mut [u8]> {
    let parts = bytes.len().div_ceil(piece).max(1);
    let mut rest = bytes;
    (0..parts).map(move |_| {
        let all = std::mem::take(&mut rest);
        let (part, after) = all.split_at_mut(piece.min(all.len()));
        rest = after;
        part
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_all_of_the_bytes_and_none_is_larger() {
        for (len, piece, parts) in [(0, 4, 1), (1, 4, 1), (4, 4, 1), (5, 4, 2), (12, 4, 3)] {
            let mut bytes: Vec<u8> = (0..len).collect();
            let cut: Vec<Vec<u8>> = pieces(&bytes, piece).map(<[u8]>::to_vec).collect();
            assert_eq!((cut.len(), cut.concat()), (parts, bytes.clone()));
            assert!(cut.iter().all(|part| part.len() <= piece));
            assert_eq!(
                pieces_mut(&mut bytes, piece).map(|part| part.to_vec()).collect::<Vec<_>>(),
                cut
            );
        }
    }
}
