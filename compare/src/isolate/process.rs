//! Worker processes, as their parent sees them: this program, started again.

use super::channel::{CUT_OFF, Inbox};
use super::limit::{Overdue, Watchdog, usage};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Which worker is started, and how long it may take.
#[derive(Debug, Clone, Copy)]
pub struct Start<'s> {
    /// The environment variable by which it knows what it is: see [`Role`](super::Role).
    pub variable: &'static str,
    /// The program, if it is not this one.
    pub program: Option<&'s Path>,
    /// Its arguments, if they are not those of this program.
    pub arguments: Option<&'s [OsString]>,
    /// What is set in its environment besides.
    pub environment: &'s [(OsString, OsString)],
    /// How long a step may take.
    pub limit: Duration,
    /// How long the process may take on the wall to end after its last message.
    pub leave: Duration,
}

/// What a message means to the one who listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The step goes on.
    Same,
    /// A step begins, and its time.
    Step,
    /// Nothing comes after this but the end of the process.
    Last,
    /// No worker says this.
    Garbage,
    /// There is no need to hear more: the worker is ended.
    Stop,
}

/// How a worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself, after its last message.
    Done(ExitStatus),
    /// By itself, before.
    Died(ExitStatus),
    /// A step, or the end of the process, took too long: it was killed.
    Overdue(Overdue),
    /// It said its last message and did not end within [`Start::leave`]: it was killed.
    Lingered,
    /// Something else than a message came from it: it was killed.
    Garbage,
    /// Somebody has closed what it reports through.
    CutOff,
    /// [`Next::Stop`]: it was killed.
    Stopped,
}

/// Does a job in a worker, and gives its messages to `receive`. When this returns, the worker and what
/// it started are gone.
///
/// # Errors
/// When the worker cannot be started.
pub fn run<M: DeserializeOwned>(
    start: &Start<'_>,
    job: &impl Serialize,
    mut receive: impl FnMut(M) -> Next,
) -> io::Result<End> {
    let mut inbox = Inbox::new(job)?;
    let mut worker = Worker::start(start, &inbox)?;
    let (mut watchdog, mut looked) = (Watchdog::new(start.limit), Instant::now());
    let mut pause = Duration::from_micros(200);
    let mut last = None;
    loop {
        // Asked first: what a process has written before it ended is there when it has ended.
        let has_ended = worker.has_ended();
        for message in inbox.receive() {
            let Ok(message) = message else { return Ok(End::Garbage) };
            match receive(message) {
                Next::Same => {}
                Next::Step => watchdog.step(),
                Next::Last => {
                    watchdog.step();
                    last = Some(Instant::now());
                }
                Next::Garbage => return Ok(End::Garbage),
                Next::Stop => return Ok(End::Stopped),
            }
        }
        if has_ended {
            let status = worker.reap()?;
            return Ok(match last {
                Some(_) => End::Done(status),
                None if status.code() == Some(CUT_OFF) => End::CutOff,
                None => End::Died(status),
            });
        }
        if last.is_some_and(|last| last.elapsed() > start.leave) {
            return Ok(End::Lingered);
        }
        if looked.elapsed() >= watchdog.interval() {
            looked = Instant::now();
            if let Some(overdue) = watchdog.look(usage(worker.child.id(), worker.born)) {
                return Ok(End::Overdue(overdue));
            }
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

/// A process that is killed when nobody waits for it any longer.
struct Worker {
    child: Child,
    born: Instant,
    /// Whether its number may be another's by now.
    is_reaped: bool,
}

impl Worker {
    fn start(start: &Start<'_>, inbox: &Inbox) -> io::Result<Worker> {
        let mut command = match start.program {
            Some(program) => Command::new(program),
            None => this_program()?,
        };
        match start.arguments {
            Some(arguments) => command.args(arguments),
            None => command.args(std::env::args_os().skip(1)),
        };
        command
            .env(start.variable, inbox.address())
            .envs(start.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            // What the functions print is no part of the result.
            .stdout(io::stderr());
        // A group of its own, so that what the functions start can be ended with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Ok(Worker { child: command.spawn()?, born: Instant::now(), is_reaped: false })
    }

    /// Whether the process has ended. It is not reaped: its number stays that of its group.
    #[cfg(target_os = "linux")]
    fn has_ended(&mut self) -> bool {
        use rustix::process::{WaitId, WaitIdOptions, waitid};
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let pid = rustix::process::Pid::from_child(&self.child);
        !matches!(waitid(WaitId::Pid(pid), options), Ok(None))
    }

    #[cfg(not(target_os = "linux"))]
    fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends what is left of the group, then takes the status of the worker itself.
    fn reap(&mut self) -> io::Result<ExitStatus> {
        #[cfg(target_os = "linux")]
        let _ = rustix::process::kill_process_group(
            rustix::process::Pid::from_child(&self.child),
            rustix::process::Signal::KILL,
        );
        let _ = self.child.kill();
        self.is_reaped = true;
        self.child.wait()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if !self.is_reaped {
            let _ = self.reap();
        }
    }
}

/// The file that runs here, even if another one has its name by now.
#[cfg(target_os = "linux")]
fn this_program() -> io::Result<Command> {
    let mut command = Command::new("/proc/self/exe");
    let name = std::env::args_os().next();
    std::os::unix::process::CommandExt::arg0(&mut command, name.unwrap_or_default());
    Ok(command)
}

#[cfg(not(target_os = "linux"))]
fn this_program() -> io::Result<Command> {
    std::env::current_exe().map(Command::new)
}
