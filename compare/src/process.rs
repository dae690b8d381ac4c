//! The workers of this crate, and how one that fails is spoken of.

use crate::host::{host, with_last_words};
use crate::isolate::{self, End, Next, Overdue, Start};
use crate::message::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

/// Tells a worker what it is.
pub(crate) const VARIABLE: &str = "ABREAST_COMPARE_WORKER";

/// That a worker did not do its whole job; in words that go on from "lanes at n = 64: ".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    pub(crate) how: String,
    /// Whether what was in work did not come back: nobody else can hold it up.
    pub(crate) is_seen: bool,
}

/// How long a worker that has done its job may take to end.
pub(crate) const LEAVING: Duration = Duration::from_secs(5);

/// A process of this program, or of the same one linked otherwise, each step of which may take so long.
pub(crate) fn start(program: Option<&Path>, limit: Duration) -> Start<'_> {
    let arguments = host().map(|host| &host.worker[..]);
    let environment = &[];
    Start { variable: VARIABLE, program, arguments, environment, limit, leave: LEAVING }
}

/// The same for a process in which allocations are counted.
pub(crate) fn start_counting(limit: Duration) -> Start<'static> {
    let environment = host().map_or(&[][..], |host| &host.counting);
    Start { environment, ..start(None, limit) }
}

/// Runs a job in a process of its own.
///
/// # Errors
/// When it cannot be started.
pub(crate) fn run<T: DeserializeOwned>(
    start: &Start<'_>,
    job: &impl Serialize,
    mut receive: impl FnMut(Message<T>),
) -> Result<Result<(), Failed>, String> {
    let end = isolate::run(start, job, |message| {
        let next = match message {
            Message::Done => Next::Last,
            Message::Unfit { .. } => Next::Stop,
            _ => Next::Step,
        };
        receive(message);
        next
    });
    let (how, is_seen) = match end.map_err(|why| format!("a worker cannot be started: {why}"))? {
        End::Done(_) | End::Lingered | End::Stopped => return Ok(Ok(())),
        End::Overdue(overdue) => {
            let (limit, slept) = match overdue {
                Overdue::Used(limit) => (limit, ""),
                Overdue::Slept(limit) => (limit, ", in which it slept,"),
            };
            let seconds = limit.as_secs_f64();
            (format!("did not return within {seconds} s{slept} and was stopped"), true)
        }
        End::Died(status) => (with_last_words(ended_by(status)), false),
        End::Garbage => ("wrote to the file that its worker reports in".to_owned(), false),
        End::CutOff => ("closed the file that its worker reports in".to_owned(), false),
    };
    Ok(Err(Failed { how, is_seen }))
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
