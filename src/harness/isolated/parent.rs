//! The parent's side of a gate worker: start it, listen, end it.

use super::blame::{Attempt, Death, settle};
use super::child::{CUT_OFF, WORKER};
use super::limit::{Watchdog, usage};
use super::message::{End, Garbage, Job, Lines, Message, Now, line};
use super::{Checked, Order, keep, nothing};
use crate::Fault;
use crate::harness::gate::{Check, Finding, Progress};
use crate::harness::same_bits::fused;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

pub(super) fn judge(
    order: Order<'_>,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Checked, Fault> {
    let Order { entry, options, .. } = order;
    let (end, mut findings) = settle(entry.name, &options.choices(entry), |attempt| {
        Worker::start(&job(&order, attempt), order.limit)?.listen(entry.name, progress)
    })?;
    let end = end.unwrap_or_default();
    let mut gate = end.gate.unwrap_or_else(|| nothing(entry, options));
    findings.append(&mut gate.findings);
    gate.findings = findings;
    gate.kernel = entry.name;
    gate.findings.iter_mut().for_each(|finding| finding.kernel = entry.name);
    let mut matrix = keep(entry, end.matrix, &mut gate);
    if let Some(matrix) = &mut matrix {
        (matrix.kernel, matrix.fused) = (entry.name, fused(entry));
    }
    Ok(Checked { gate, matrix })
}

fn job(order: &Order<'_>, attempt: &Attempt) -> Job {
    Job {
        kernel: order.entry.name.to_owned(),
        choices: attempt.choices.iter().map(|choice| (*choice).into()).collect(),
        seed: order.options.seed,
        quick: order.options.quick,
        gate: order.gate,
        executors: order.executors.iter().map(|executor| executor.name()).collect(),
        until: attempt.until,
        linger: attempt.linger.as_millis().try_into().unwrap_or(u64::MAX),
    }
}

struct Worker {
    child: Child,
    /// Whether its number may be another's by now.
    is_reaped: bool,
    link: UnixStream,
    watchdog: Watchdog,
    born: Instant,
    now: Option<Now>,
    found: Vec<Finding>,
}

/// Why there is nothing more to hear.
enum Silence {
    /// The link is closed, or the process has ended.
    Closed,
    Garbage,
    Overdue(String),
    Spoilt(String),
    Refused(String),
}

impl From<Garbage> for Silence {
    fn from(_: Garbage) -> Silence {
        Silence::Garbage
    }
}

fn refused(what: &str, why: impl ToString) -> Fault {
    Fault::Io { what: what.to_owned(), why: why.to_string() }
}

impl Worker {
    fn start(job: &Job, limit: Duration) -> Result<Worker, Fault> {
        let (mut link, theirs) =
            UnixStream::pair().map_err(|why| refused("make a pair of sockets", why))?;
        let watchdog = Watchdog::new(limit);
        link.set_read_timeout(Some(watchdog.interval()))
            .map_err(|why| refused("set a time limit", why))?;
        // A group of its own, so that what a kernel starts can be ended with it.
        let child = Command::new("/proc/self/exe")
            .env(WORKER, "1")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::from(io::stderr()))
            .process_group(0)
            .spawn()
            .map_err(|why| refused("start a gate worker", why))?;
        // If it is dead already, the closed link will say so.
        let _ = link.write_all(&line(job));
        let (born, now, found) = (Instant::now(), Some(Now::start()), Vec::new());
        Ok(Worker { child, is_reaped: false, link, watchdog, born, now, found })
    }

    /// Listens to its end.
    fn listen(
        mut self,
        kernel: &'static str,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Result<End, Death>, Fault> {
        let mut end = None;
        let silence = self.hear(
            &mut |now| {
                progress(Progress { kernel, done: now.at.1, of: now.of, now: &now.case });
            },
            &mut end,
        );
        let overdue = match silence {
            Silence::Refused(why) => return Err(refused("judge in a worker", why)),
            Silence::Garbage => {
                let detail = "it wrote to the connection that the gate worker reports over";
                return Ok(Err(self.death(Check::Process, detail.to_owned())));
            }
            Silence::Spoilt(what) => return Ok(Err(self.death(Check::Process, what))),
            Silence::Overdue(why) => Some(why),
            // The process may take a while to end, and may not.
            Silence::Closed => self.wait(),
        };
        if let Some(why) = overdue {
            return Ok(Err(self.death(Check::Overdue, why)));
        }
        let status = self.reap().map_err(|why| refused("wait for a gate worker", why))?;
        match end {
            Some(end) if status.success() => Ok(Ok(*end)),
            _ if status.code() == Some(CUT_OFF) => {
                let detail = "it closed the connection that the gate worker reports over";
                Ok(Err(self.death(Check::Process, detail.to_owned())))
            }
            _ => Ok(Err(self.death(Check::Ended, how(status)))),
        }
    }

    /// Hears messages until there are no more.
    fn hear(&mut self, progress: &mut dyn FnMut(&Now), end: &mut Option<Box<End>>) -> Silence {
        let (mut lines, mut buffer) = (Lines::default(), vec![0; 1 << 16]);
        let mut has_ended = false;
        loop {
            match self.link.read(&mut buffer) {
                Ok(0) => return Silence::Closed,
                Ok(len) => {
                    lines.push(&buffer[..len]);
                    if let Err(silence) = self.take(&mut lines, progress, end) {
                        return silence;
                    }
                }
                Err(why) if why.kind() == ErrorKind::Interrupted => {}
                Err(why) if matches!(why.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    // A process that a kernel started may hold the link open.
                    if has_ended {
                        return Silence::Closed;
                    }
                    has_ended = self.has_ended();
                    if let Some(why) = self.look() {
                        return Silence::Overdue(why);
                    }
                }
                Err(_) => return Silence::Closed,
            }
        }
    }

    fn take(
        &mut self,
        lines: &mut Lines,
        progress: &mut dyn FnMut(&Now),
        end: &mut Option<Box<End>>,
    ) -> Result<(), Silence> {
        while let Some(message) = lines.next()? {
            match message {
                // Nothing comes after the end: somebody else speaks.
                _ if end.is_some() => return Err(Silence::Garbage),
                Message::Now(now) => {
                    progress(&now);
                    self.now = Some(now);
                    self.watchdog.step();
                }
                Message::Found(finding) => self.found.push(finding),
                Message::End(all) => {
                    *end = Some(all);
                    self.now = None;
                    self.watchdog.step();
                }
                Message::Spoilt(what) => return Err(Silence::Spoilt(what)),
                Message::Refused(why) => return Err(Silence::Refused(why)),
            }
        }
        Ok(())
    }

    fn look(&mut self) -> Option<String> {
        let group = self.group();
        group.and_then(|group| self.watchdog.look(usage(group)))
    }

    fn group(&self) -> Option<Pid> {
        Pid::from_raw(self.child.id() as i32)
    }

    /// Whether the process has ended. It is not reaped: its number stays that of its group.
    fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        self.group().is_none_or(|pid| !matches!(waitid(WaitId::Pid(pid), options), Ok(None)))
    }

    /// Waits for the end of the process; why it does not come, if it does not.
    fn wait(&mut self) -> Option<String> {
        let mut pause = Duration::from_micros(50);
        let mut looked = Instant::now();
        while !self.has_ended() {
            std::thread::sleep(pause);
            pause = (2 * pause).min(self.watchdog.interval());
            if looked.elapsed() >= self.watchdog.interval() {
                looked = Instant::now();
                if let Some(why) = self.look() {
                    return Some(why);
                }
            }
        }
        None
    }

    /// Ends what is left of the group, then takes the status of the worker itself.
    fn reap(&mut self) -> io::Result<ExitStatus> {
        if let Some(group) = self.group() {
            let _ = kill_process_group(group, Signal::KILL);
        }
        self.is_reaped = true;
        self.child.wait()
    }

    fn death(&mut self, check: Check, detail: String) -> Death {
        let (now, found) = (self.now.take(), std::mem::take(&mut self.found));
        Death { now, check, detail, found, lived: self.born.elapsed() }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if !self.is_reaped {
            let _ = self.reap();
        }
    }
}

/// How the process ended: `signal: 11 (SIGSEGV)`, `exit status: 0`.
fn how(status: ExitStatus) -> String {
    let hint = match status.signal() == Some(Signal::KILL.as_raw()) {
        true => ", as the system does when memory is out",
        false => "",
    };
    format!("{status}{hint}")
}

impl Now {
    /// Before the first message.
    fn start() -> Now {
        Now { case: "the start of a worker".to_owned(), ..Now::default() }
    }
}
