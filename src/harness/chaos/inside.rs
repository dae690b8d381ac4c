//! Harm from within: a thread in a worker that at random instants does to its own process what broken
//! code does. So every kernel meets it, and none has to be written for it.
#![allow(unsafe_code)]

use crate::exec::{Procs, SharedCells, is_worker, shared_cells};
use crate::sample::splitmix64;
use rustix::fs::{FallocateFlags, OFlags, fallocate, fcntl_setfl};
use rustix::net::{SendFlags, Shutdown, SocketType, send, shutdown, sockopt};
use rustix::process::{
    PidfdFlags, PidfdGetfdFlags, Signal, getpid, kill_process, pidfd_getfd, pidfd_open,
};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// The environment variable by which a worker knows that it may be told to harm itself.
const VARIABLE: &str = "ABREAST_CHAOS";

/// The name of the cells: how many microseconds pass between two acts now, none if it is 0; then how
/// often each act was.
const CELLS: &str = "abreast-chaos";

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Exit,
    Abort,
    Kill,
    Stop,
    Truncate,
    Punch,
    Close,
    CloseAll,
    Shutdown,
    Garbage,
    Nonblock,
}

const ACTS: [(Act, &str); 11] = [
    (Act::Exit, "exit"),
    (Act::Abort, "abort"),
    (Act::Kill, "kill"),
    (Act::Stop, "stop"),
    (Act::Truncate, "truncate"),
    (Act::Punch, "punch holes"),
    (Act::Close, "close one"),
    (Act::CloseAll, "close all"),
    (Act::Shutdown, "shut down the link"),
    (Act::Garbage, "send garbage"),
    (Act::Nonblock, "set non-blocking"),
];

/// The parent's hold on it.
pub(super) struct Inside(Arc<SharedCells>);

impl Inside {
    /// Prepares a pool whose workers harm themselves while they are told to.
    pub(super) fn prepare(executor: Procs) -> std::io::Result<(Procs, Inside)> {
        let cells = Arc::new(SharedCells::new(1 + ACTS.len())?);
        let executor = executor.env(VARIABLE, "1");
        executor.share(CELLS, &cells);
        Ok((executor, Inside(cells)))
    }

    /// From now on about this often; not at all if that is no time.
    pub(super) fn set(&self, every: Duration) {
        self.0.cells()[0].store(every.as_micros() as u64, Relaxed);
    }

    /// How often each act was begun.
    pub(super) fn counts(&self) -> BTreeMap<&'static str, u64> {
        let counts = self.0.cells()[1..].iter().map(|cell| cell.load(Relaxed));
        ACTS.iter().map(|(_, name)| *name).zip(counts).collect()
    }
}

/// Makes workers of this program ready for [`chaos`](super::chaos): to be called at the top of `main`,
/// before [`worker_main`](crate::exec::worker_main). In any other process it does nothing.
pub fn prepare_worker() {
    if std::env::var_os(VARIABLE).is_some() {
        // A worker without this thread is one that is left in peace.
        let _ = std::thread::Builder::new().stack_size(256 << 10).spawn(harm);
    }
}

/// Microseconds between two looks while nothing is to be done.
const IDLE: u64 = 10_000;

/// Harms this process, a worker, again and again.
fn harm() {
    let mut random = (0..).map(|i| splitmix64(std::process::id().into(), i));
    let mut below = move |limit: u64| random.next().unwrap_or_default() % limit.max(1);
    let mut every = IDLE;
    loop {
        std::thread::sleep(Duration::from_micros(below(2 * every)));
        let Some(cells) = shared_cells(CELLS).filter(|_| is_worker()) else { continue };
        let told = cells.cells()[0].load(Relaxed);
        // The first time after it was told is a time of this length too.
        let next = if told == 0 { IDLE } else { told };
        if std::mem::replace(&mut every, next) != next || told == 0 {
            continue;
        }
        let which = below(ACTS.len() as u64) as usize;
        cells.cells()[1 + which].fetch_add(1, Relaxed);
        act(ACTS[which].0, &mut below);
    }
}

fn act(act: Act, below: &mut impl FnMut(u64) -> u64) {
    match act {
        Act::Exit => std::process::exit(below(2) as i32 * 3),
        Act::Abort => std::process::abort(),
        Act::Kill => signal(Signal::KILL),
        Act::Stop => signal(Signal::STOP),
        Act::Truncate => memory_files().for_each(|file| {
            let _ = file.set_len(below(2) << 12);
        }),
        Act::Punch => memory_files().for_each(|file| {
            let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
            let _ = fallocate(&file, flags, 0, 1 << 40);
        }),
        Act::Close => close(3 + below(10) as i32),
        Act::CloseAll => (3..64).for_each(close),
        Act::Shutdown => links().for_each(|link| {
            let choice = [Shutdown::Read, Shutdown::Write, Shutdown::Both][below(3) as usize];
            let _ = shutdown(&link, choice);
        }),
        Act::Garbage => links().for_each(|link| {
            let bytes = vec![below(256) as u8; below(100) as usize];
            let _ = send(&link, &bytes, SendFlags::NOSIGNAL | SendFlags::DONTWAIT);
        }),
        Act::Nonblock => links().for_each(|link| {
            let _ = fcntl_setfl(&link, OFlags::NONBLOCK);
        }),
    }
}

fn signal(signal: Signal) {
    let _ = kill_process(getpid(), signal);
}

/// The number and the target of each open descriptor but the standard ones, which are the parent's too.
fn descriptors() -> impl Iterator<Item = (i32, PathBuf)> {
    let entries = std::fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    let described = entries.filter_map(|entry| {
        let number = entry.file_name().to_str()?.parse().ok()?;
        Some((number, std::fs::read_link(entry.path()).ok()?))
    });
    described.filter(|(number, _)| *number > 2)
}

/// The memory that the executor shares with this process, but for these very counters.
fn memory_files() -> impl Iterator<Item = File> {
    let is_ours = |target: &PathBuf| {
        let name = target.to_string_lossy();
        name.starts_with("/memfd:abreast") && !name.contains("cells")
    };
    let open =
        |(number, _)| OpenOptions::new().write(true).open(format!("/proc/self/fd/{number}")).ok();
    descriptors().filter(move |(_, target)| is_ours(target)).filter_map(open)
}

/// The link to the parent, as often as it is open.
fn links() -> impl Iterator<Item = OwnedFd> {
    let me = pidfd_open(getpid(), PidfdFlags::empty());
    let open = move |(number, _)| {
        let fd = pidfd_getfd(me.as_ref().ok()?, number, PidfdGetfdFlags::empty()).ok()?;
        sockopt::socket_type(&fd).is_ok_and(|kind| kind == SocketType::SEQPACKET).then_some(fd)
    };
    descriptors().filter_map(open)
}

/// Closes a descriptor that belongs to somebody else.
fn close(number: i32) {
    // SAFETY: this breaks what every owner of a descriptor relies on, as broken native code does: that
    // is what it is for. It happens only in a process that was started as a worker of a run of chaos
    // (`harm` asks), which has no memory that depends on a descriptor: the executor maps only sealed
    // files, and a mapping outlives its descriptor. Of a number that is not open nothing comes.
    let _ = unsafe { libc::close(number) };
}
