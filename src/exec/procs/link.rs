//! The wire between a parent and one worker: a pair of sockets that nobody else has.

use super::frame::LONGEST;
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags,
    SendAncillaryBuffer, SendAncillaryMessage, SendFlags, Shutdown, SocketFlags, SocketType, recv,
    recvmsg, sendmsg, shutdown, socketpair,
};
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// One end.
#[derive(Debug)]
pub(super) struct Link(OwnedFd);

/// What came over a link.
pub(super) enum Received {
    /// A message of so many bytes, perhaps with a descriptor.
    Message(usize, Option<OwnedFd>),
    /// Nothing yet.
    Nothing,
    /// The other end is closed, or what it says cannot be read.
    Closed,
}

/// Why a message was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsent {
    /// The other end is alive and has much to read; it can be sent later.
    Full,
    /// The other end is closed, or the message is none.
    Broken,
}

impl Link {
    /// Two ends.
    pub(super) fn pair() -> rustix::io::Result<(Link, OwnedFd)> {
        let (ours, theirs) =
            socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        Ok((Link(ours), theirs))
    }

    pub(super) fn from_fd(fd: OwnedFd) -> Link {
        Link(fd)
    }

    /// Whether `fd` can be the end of a link.
    pub(super) fn is_end(fd: impl AsFd) -> bool {
        rustix::net::sockopt::socket_type(fd).is_ok_and(|kind| kind == SocketType::SEQPACKET)
    }

    /// Sends one message. A parent does not wait: others may have to be listened to.
    pub(super) fn send(
        &self,
        head: &[u8],
        body: &[u8],
        fd: Option<BorrowedFd<'_>>,
        wait: bool,
    ) -> Result<(), Unsent> {
        if head.len() + body.len() > LONGEST {
            return Err(Unsent::Broken);
        }
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let fds = fd.as_slice();
        if !fds.is_empty() {
            control.push(SendAncillaryMessage::ScmRights(fds));
        }
        let flags =
            SendFlags::NOSIGNAL | if wait { SendFlags::empty() } else { SendFlags::DONTWAIT };
        let parts = [IoSlice::new(head), IoSlice::new(body)];
        loop {
            return match sendmsg(&self.0, &parts, &mut control, flags) {
                Ok(_) => Ok(()),
                Err(Errno::INTR) => continue,
                Err(Errno::AGAIN) if !wait => Err(Unsent::Full),
                Err(_) => Err(Unsent::Broken),
            };
        }
    }

    /// The same end once more.
    pub(super) fn try_clone(&self) -> std::io::Result<OwnedFd> {
        self.0.try_clone()
    }

    /// Lets the other end see this one as closed. What has come and was not read can still be.
    pub(super) fn shut_down(&self) {
        let _ = shutdown(&self.0, Shutdown::Both);
    }

    /// Receives one message without a descriptor, if there is one.
    pub(super) fn hear_word(&self, buffer: &mut [u8]) -> Received {
        loop {
            // With this flag the system says how long the message really was.
            let flags = RecvFlags::DONTWAIT | RecvFlags::TRUNC;
            return match recv(&self.0, &mut *buffer, flags) {
                Ok((_, len)) if len == 0 || len > buffer.len() => Received::Closed,
                Ok((_, len)) => Received::Message(len, None),
                // A peer that died with something unread is told of once; what it had said before
                // can still be received.
                Err(Errno::INTR | Errno::CONNRESET) => continue,
                Err(Errno::AGAIN) => Received::Nothing,
                Err(_) => Received::Closed,
            };
        }
    }

    /// Waits for one message.
    pub(super) fn receive(&self, buffer: &mut [u8]) -> Received {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = RecvAncillaryBuffer::new(&mut space);
        let flags = RecvFlags::CMSG_CLOEXEC;
        loop {
            let message =
                match recvmsg(&self.0, &mut [IoSliceMut::new(buffer)], &mut control, flags) {
                    Ok(message) => message,
                    Err(Errno::INTR | Errno::CONNRESET) => continue,
                    Err(_) => return Received::Closed,
                };
            let is_cut = message.flags.intersects(ReturnFlags::TRUNC | ReturnFlags::CTRUNC);
            if message.bytes == 0 || is_cut {
                return Received::Closed;
            }
            let fd = control.drain().find_map(|part| match part {
                RecvAncillaryMessage::ScmRights(mut fds) => fds.next(),
                _ => None,
            });
            return Received::Message(message.bytes, fd);
        }
    }
}

impl AsFd for Link {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
