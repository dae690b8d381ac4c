//! A worker's process, and the thread that attends to it.
//!
//! Each process has a thread here that starts it, waits for its end and reaps it at once, whether a
//! run goes on or not: no zombie stays, and no process number is used after it may have passed to
//! another process. The thread lives as long as the process does, so the process can ask the system
//! to be killed when that thread ends (see `worker.rs`): it ends early only with this whole program.

use super::link::Link;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};

/// The process numbers of the workers that are alive. A number is taken out before its process is
/// reaped, so while this is locked none of them is another's.
#[derive(Debug)]
pub(super) struct Alive(Mutex<Vec<Option<u32>>>);

impl Alive {
    pub(super) fn new(count: usize) -> Alive {
        Alive(Mutex::new(vec![None; count]))
    }

    pub(super) fn pids(&self) -> Vec<u32> {
        self.lock().iter().flatten().copied().collect()
    }

    /// Sends a signal to worker `w`; false when there is none.
    pub(super) fn signal(&self, w: usize, signal: Signal) -> bool {
        let alive = self.lock();
        let pid = alive.get(w).copied().flatten().and_then(|pid| Pid::from_raw(pid as i32));
        pid.is_some_and(|pid| kill_process(pid, signal).is_ok())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Option<u32>>> {
        self.0.lock().unwrap_or_else(|dead| dead.into_inner())
    }
}

/// Enough for a thread that starts a program and waits. Said here, so that a setting for all threads
/// of the program does not count.
pub(super) const STACK: usize = 128 << 10;

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ending {
    /// In words: "was killed by SIGKILL".
    pub(super) how: String,
    /// Whether it says of itself that all went well.
    pub(super) is_success: bool,
}

/// A process that was started and is waited for.
#[derive(Debug)]
pub(super) struct Process {
    w: usize,
    alive: Arc<Alive>,
    link: Arc<Link>,
    attendant: JoinHandle<Ending>,
}

impl Process {
    /// Starts worker `w`. When it has ended, its link is shut down.
    ///
    /// # Errors
    /// What the system says, of the thread or of the process.
    pub(super) fn start(
        command: Command,
        w: usize,
        alive: &Arc<Alive>,
        link: &Arc<Link>,
    ) -> io::Result<Process> {
        let (notify, notified) = sync_channel(1);
        let (list, end) = (alive.clone(), link.clone());
        let attend = move || {
            let mut command = command;
            let child = command.spawn();
            // It holds the worker's end of the link.
            drop(command);
            let child = match child {
                Ok(child) => child,
                Err(why) => {
                    let _ = notify.send(Err(why));
                    return Ending { how: "was not started".to_owned(), is_success: false };
                }
            };
            list.lock()[w] = Some(child.id());
            let _ = notify.send(Ok(()));
            let ending = wait(child, w, &list);
            // Who waits for an answer hears of the death, even if a process that the worker left
            // behind holds the other end.
            end.shut_down();
            ending
        };
        let thread = thread::Builder::new().name("abreast-worker".to_owned()).stack_size(STACK);
        let attendant = thread.spawn(attend)?;
        match notified.recv() {
            Ok(Ok(())) => Ok(Process { w, alive: alive.clone(), link: link.clone(), attendant }),
            Ok(Err(why)) => {
                let _ = attendant.join();
                Err(why)
            }
            Err(_) => Err(io::Error::other("the thread that starts workers has panicked")),
        }
    }

    /// Makes sure that it is dead and reaped, and says how it ended.
    pub(super) fn end(self) -> Ending {
        self.link.shut_down();
        // Only its own thread puts a number there and takes it out, so it is this one's or none.
        self.alive.signal(self.w, Signal::KILL);
        let lost = || Ending { how: "ended, nobody knows how".to_owned(), is_success: false };
        self.attendant.join().unwrap_or_else(|_| lost())
    }
}

/// Waits for the end of a process and reaps it.
fn wait(mut child: Child, w: usize, alive: &Alive) -> Ending {
    let seen = loop {
        let pid = Pid::from_child(&child);
        match waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
            Err(Errno::INTR) => continue,
            seen => break seen,
        }
    };
    // A program that ignores SIGCHLD has its children reaped by the system.
    let is_over = matches!(seen, Ok(_) | Err(Errno::CHILD));
    if !is_over {
        let _ = child.wait();
    }
    let mut alive = alive.lock();
    alive[w] = None;
    let status = child.wait();
    drop(alive);
    match status {
        Ok(status) => Ending { how: describe(status), is_success: status.success() },
        Err(why) => Ending { how: format!("cannot be waited for: {why}"), is_success: false },
    }
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
        (libc::SIGHUP, "SIGHUP"),
        (libc::SIGQUIT, "SIGQUIT"),
        (libc::SIGPIPE, "SIGPIPE"),
        (libc::SIGTRAP, "SIGTRAP"),
        (libc::SIGSYS, "SIGSYS"),
        (libc::SIGXCPU, "SIGXCPU"),
        (libc::SIGXFSZ, "SIGXFSZ"),
    ];
    let name = known.iter().find(|(known, _)| *known == number).map(|(_, name)| *name);
    name.map_or_else(|| format!("signal {number}"), str::to_owned)
}
