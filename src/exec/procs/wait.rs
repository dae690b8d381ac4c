//! Waits for links.

use super::link::Link;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::io;
use std::time::Duration;

/// What can be done with a link without waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ready {
    pub(super) can_read: bool,
    pub(super) can_write: bool,
}

/// Nobody waits longer than this at once: the caller looks at the time and waits again. So a time of
/// any length is one that the system takes.
const LONGEST: Duration = Duration::from_secs(3600);

/// Waits until one of `links` has something to be read, or can be written to if that is asked for; but
/// not longer than `patience`. A signal may end it early.
///
/// # Errors
/// What the system says: then waiting again would not help.
pub(super) fn wait<'l>(
    links: impl Iterator<Item = (&'l Link, bool)>,
    patience: Option<Duration>,
) -> io::Result<Vec<Ready>> {
    let for_what = |write| if write { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
    let mut fds: Vec<PollFd<'_>> =
        links.map(|(link, write)| PollFd::new(link, for_what(write))).collect();
    let time = patience.unwrap_or(LONGEST).min(LONGEST);
    let time = Timespec { tv_sec: time.as_secs() as i64, tv_nsec: time.subsec_nanos().into() };
    match poll(&mut fds, Some(&time)) {
        Ok(_) | Err(Errno::INTR | Errno::AGAIN) => {}
        Err(why) => return Err(why.into()),
    }
    let ready = |fd: &PollFd<'_>| {
        let flags = fd.revents();
        let can_write = flags.contains(PollFlags::OUT);
        Ready { can_read: flags.intersects(!PollFlags::OUT), can_write }
    };
    Ok(fds.iter().map(ready).collect())
}
