//! How soon those are gone who should be: a worker in an endless loop at its deadline, and every
//! worker when the program that started it is killed.

use crate::exec::{Control, Event, Executor, Procs};
use crate::kernel::{Case, Choice, Cost, Entry, Request};
use crate::{Error, Fault, Level};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use serde::Serialize;
use std::io::{self, BufRead, BufReader};
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Some times, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Times {
    /// How many.
    pub trials: usize,
    /// The shortest.
    pub best: f64,
    /// The one in the middle.
    pub median: f64,
    /// The longest.
    pub worst: f64,
}

impl Times {
    fn of(mut times: Vec<Duration>) -> Option<Times> {
        times.sort_unstable();
        let at = |i: usize| times.get(i).map(Duration::as_secs_f64);
        Some(Times {
            trials: times.len(),
            best: at(0)?,
            median: at(times.len() / 2)?,
            worst: at(times.len().checked_sub(1)?)?,
        })
    }
}

/// Elements of a loop that nobody sees the end of: an hour, at three of them per nanosecond.
const ENDLESS: u64 = 1 << 43;

/// How long after its end nobody waits any more.
const PATIENCE: Duration = Duration::from_secs(10);

/// A problem of so many chunks that would keep a worker busy for hours, if one of the kernels has
/// such a thing: one that makes its numbers itself and keeps none of them.
fn endless(entries: &[&Entry], chunks: u64) -> Result<Option<Box<dyn Case>>, Error> {
    let mut cases = entries.iter().filter_map(|entry| entry.case(&Request::size(ENDLESS)).ok());
    let Some(mut case) = cases.find(|case| is_endless(case.cost())) else { return Ok(None) };
    case.set_chunk(case.n().div_ceil(chunks))?;
    Ok(Some(case))
}

fn is_endless(cost: Cost) -> bool {
    cost.elements >= ENDLESS && cost.read == 0 && cost.written == 0
}

fn choice(case: &dyn Case) -> Choice {
    Choice { variant: case.default_variant(), level: Level::best() }
}

/// How long after its deadline a worker in an endless loop is dead and buried. The loop is tried
/// again as often as there are trials. None when no kernel of `entries` takes long enough.
///
/// # Errors
/// What the executor reports besides [`Fault::Deadline`].
pub fn overdue(entries: &[&Entry], trials: u32) -> Result<Option<Times>, Fault> {
    let Some(case) = endless(entries, 1)? else { return Ok(None) };
    let executor = Procs::new(1)?;
    let deadline = Duration::from_millis(50);
    let (began, late) = (Mutex::new(Duration::ZERO), Mutex::new(Vec::new()));
    let watch = |event| match event {
        Event::Start { at, .. } => *began.lock().expect("nothing panics here") = at,
        Event::Lost { at, .. } => {
            let began = *began.lock().expect("nothing panics here");
            late.lock().expect("nothing panics here").push(at.saturating_sub(began + deadline));
        }
        Event::End { .. } => {}
    };
    let (deadline, on_event) = (Some(deadline), Some(&watch as _));
    let control = Control { deadline, attempts: trials, on_event, ..Control::default() };
    match case.run(choice(&*case), 0, &mut |tasks| executor.run(tasks, &control).map(drop)) {
        Ok(_) => Ok(None),
        Err(Fault::Deadline { .. }) => {
            Ok(Times::of(late.into_inner().expect("nothing panics here")))
        }
        Err(fault) => Err(fault),
    }
}

/// A program to be killed: `workers` workers in endless C loops. Once all are in work it gives their
/// process numbers to `ready`, which never returns: it waits for the end of the program. (If it did
/// return, the loops would go on.)
///
/// # Errors
/// What the executor reports; [`Error::Argument`] when no kernel of `entries` takes long enough.
pub fn victim(
    entries: &[&Entry],
    workers: usize,
    ready: impl Fn(Vec<u32>) + Sync,
) -> Result<(), Fault> {
    let executor = Procs::new(workers)?;
    let case = endless(entries, workers as u64)?.ok_or_else(no_endless_loop)?;
    let busy = AtomicUsize::new(0);
    let watch = |event| {
        let is_start = matches!(event, Event::Start { .. });
        if is_start && busy.fetch_add(1, Ordering::Relaxed) + 1 == workers {
            ready(executor.pids());
        }
    };
    let control = Control { on_event: Some(&watch), ..Control::default() };
    case.run(choice(&*case), 0, &mut |tasks| executor.run(tasks, &control).map(drop)).map(drop)
}

fn no_endless_loop() -> Error {
    Error::argument("kernels", "these", "one of them must need no memory and take any n")
}

/// How long after a kill -9 of `victim`, a program that runs [`victim`] and prints the process
/// numbers on one line, the last of its workers is gone.
///
/// # Errors
/// [`Fault::Io`] when the program cannot be started, does not print such a line, or when workers
/// live on for ten seconds.
pub fn orphaned(victim: &mut Command, trials: u32) -> Result<Option<Times>, Fault> {
    let io = |why: io::Error| Fault::Io {
        what: "watch workers whose parent is killed".to_owned(),
        why: why.to_string(),
    };
    let times: io::Result<Vec<Duration>> = (0..trials).map(|_| orphans(victim)).collect();
    Ok(Times::of(times.map_err(io)?))
}

fn orphans(victim: &mut Command) -> io::Result<Duration> {
    let mut parent = victim.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    let heard = match parent.stdout.take() {
        Some(out) => BufReader::new(out).read_line(&mut line).map(drop),
        None => Ok(()),
    };
    // While they are watched their numbers cannot pass to others.
    let workers = heard.and_then(|()| watched(&line));
    let killed = Instant::now();
    parent.kill()?;
    parent.wait()?;
    for worker in workers? {
        let left = PATIENCE.saturating_sub(killed.elapsed());
        let left = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
        if poll(&mut [PollFd::new(&worker, PollFlags::IN)], Some(&left))? == 0 {
            return Err(io::Error::other(format!("one lives on after {PATIENCE:?}")));
        }
    }
    Ok(killed.elapsed())
}

/// The processes that a line names; each is ready to be read when its process is gone.
fn watched(line: &str) -> io::Result<Vec<OwnedFd>> {
    let pids = line.split_whitespace().map(|word| word.parse().ok().and_then(Pid::from_raw));
    let open = |pid: Option<Pid>| {
        let pid = pid.ok_or_else(|| io::Error::other(format!("it said: {line}")))?;
        Ok(pidfd_open(pid, PidfdFlags::empty())?)
    };
    let workers: Vec<OwnedFd> = pids.map(open).collect::<io::Result<_>>()?;
    if workers.is_empty() { Err(io::Error::other("it named no worker")) } else { Ok(workers) }
}
