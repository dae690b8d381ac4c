//! Worker processes, as their parent sees them: this program, started again.

use crate::channel::Inbox;
use crate::message::{Job, Message};
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How a worker ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// It did the whole job.
    Done,
    /// It reported nothing for too long and was killed.
    Overdue(String),
    /// It died; in words that go on from "lanes at n = 64: ".
    Died(String),
}

/// Kills the worker when the parent no longer waits for it.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How long a worker that has done its job may take to end.
const LEAVING: Duration = Duration::from_secs(5);

/// Runs a job in a process of its own: of this program, or of the same one linked otherwise. A worker that reports nothing for `timeout` is killed.
pub(crate) fn run(
    job: &Job,
    program: Option<&Path>,
    timeout: Duration,
    mut receive: impl FnMut(Message),
) -> io::Result<End> {
    let mut inbox = Inbox::new(job)?;
    let (name, value) = inbox.variable();
    let mut worker = Guard(
        Command::new(match program {
            Some(program) => program.to_owned(),
            None => std::env::current_exe()?,
        })
        .args(std::env::args_os().skip(1))
        .env(name, value)
        .stdin(Stdio::null())
        // What the functions print is no part of the result.
        .stdout(io::stderr())
        .spawn()?,
    );
    let (mut reported, mut done, mut pause) = (Instant::now(), false, Duration::from_millis(1));
    loop {
        let ended = worker.0.try_wait()?;
        for message in inbox.receive()? {
            reported = Instant::now();
            done |= matches!(message, Message::Done);
            receive(message);
        }
        if let Some(status) = ended {
            return Ok(if done { End::Done } else { End::Died(ended_by(status)) });
        }
        if done && reported.elapsed() > LEAVING {
            return Ok(End::Done);
        }
        if !done && reported.elapsed() > timeout {
            let seconds = timeout.as_secs_f64();
            return Ok(End::Overdue(format!("did not return within {seconds} s and was stopped")));
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// A worker whose parent is gone ends too, even in a loop that never does.
pub(crate) fn end_with_parent() {
    #[cfg(unix)]
    {
        let parent = std::os::unix::process::parent_id();
        std::thread::spawn(move || {
            while crate::channel::is_parent(parent) {
                std::thread::sleep(Duration::from_millis(500));
            }
            std::process::exit(1);
        });
    }
}

fn ended_by(status: ExitStatus) -> String {
    match (status.code(), signal(status)) {
        (Some(code), _) => format!("ended the process with exit code {code}"),
        (None, Some(signal)) => format!("crashed with {}", signal_name(signal)),
        (None, None) => "crashed".to_owned(),
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

/// The signals that have the same number everywhere, and SIGBUS.
fn signal_name(signal: i32) -> String {
    let bus = if cfg!(target_os = "linux") { 7 } else { 10 };
    let name = match signal {
        4 => "SIGILL (an instruction that this CPU does not have?)",
        5 => "SIGTRAP",
        6 => "SIGABRT (abort, a failed allocation or a stack overflow)",
        8 => "SIGFPE",
        9 => "SIGKILL (out of memory?)",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        other if other == bus => "SIGBUS",
        other => return format!("signal {other}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_are_named() {
        assert_eq!(signal_name(11), "SIGSEGV");
        assert_eq!(signal_name(64), "signal 64");
    }
}
