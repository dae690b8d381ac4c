//! One process executes another one instruction by instruction and counts: exact, whatever else the machine
//! does.
//!
//! The process that is traced asks for it ([`Traced::begin`]) and stops before each call and after the last
//! ([`Traced::mark`]). Between two stops its parent looks at the instruction pointer before each step. What it
//! counts begins where the function begins and ends when the stack is shorter than it was there.

use crate::asm::functions::{Maps, Place};
use crate::asm::trace::{Call, Failure, Trace};
use nix::errno::Errno;
use nix::sys::ptrace;
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, raise};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::fs::FileExt;
use std::process::{Child, Command, Stdio};

/// The longest instruction of x86.
const LONGEST: usize = 15;

/// The side that is traced.
pub struct Traced(());

impl Traced {
    /// Lets the parent trace this process, and count so many instructions.
    pub fn begin(limit: u64) -> Result<Traced, Failure> {
        let refused = |why: Errno| {
            Failure::Here(format!(
                "ptrace is refused ({}), as in some containers, in sandboxes and under debuggers",
                why.desc()
            ))
        };
        // A call that does not come back is ended. Where that cannot be set it may come back all the same.
        let seconds = 60 + limit / 10_000;
        let _ = setrlimit(Resource::RLIMIT_CPU, seconds, seconds);
        ptrace::traceme().map(|()| Traced(())).map_err(refused)
    }

    /// Stops, until the parent goes on.
    pub fn mark(&self) {
        // It cannot fail: the signal exists.
        let _ = raise(Signal::SIGSTOP);
    }
}

/// Starts the program, and counts what each of its two calls executes of the function at `place` and of what
/// that calls, `limit` instructions in all.
pub fn trace(command: &mut Command, place: &Place, limit: u64) -> Result<Trace, Failure> {
    let mut tracee = Tracee::start(command).map_err(|why| Failure::Here(why.to_string()))?;
    tracee.first_mark()?;
    let maps = Maps::of(&tracee.pid.to_string()).map_err(|why| Failure::Here(why.to_string()))?;
    let Some(address) = maps.address(place) else {
        return Err(Failure::Here("the program started again is another one".to_owned()));
    };
    let mut steps = 0;
    let mut call = || tracee.call(address, &mut steps, limit);
    let calls = [call()?, call()?];
    if calls.iter().any(|call| call.entries == 0) {
        return Err(Failure::Here("the function is not where it should be".to_owned()));
    }
    let code = tracee.code(calls.iter().flat_map(|call| call.executed.keys()))?;
    Ok(Trace { calls, code, maps })
}

/// A process that is ended when nobody traces it any longer.
struct Tracee {
    child: Child,
    pid: Pid,
    /// What it says to people.
    said: File,
    is_reaped: bool,
}

/// Why it has stopped.
enum Stop {
    Step,
    Mark,
    Signal(Signal),
}

impl Tracee {
    fn start(command: &mut Command) -> std::io::Result<Tracee> {
        let said = tempfile::tempfile()?;
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said.try_clone()?).spawn()?;
        let pid = Pid::from_raw(child.id().cast_signed());
        Ok(Tracee { child, pid, said, is_reaped: false })
    }

    fn first_mark(&mut self) -> Result<(), Failure> {
        loop {
            match self.wait()? {
                Stop::Mark => break,
                Stop::Step => ptrace::cont(self.pid, None).map_err(lost)?,
                // As where nobody looks.
                Stop::Signal(signal) => ptrace::cont(self.pid, signal).map_err(lost)?,
            }
        }
        ptrace::setoptions(self.pid, ptrace::Options::PTRACE_O_EXITKILL).map_err(lost)
    }

    fn call(&mut self, address: u64, steps: &mut u64, limit: u64) -> Result<Call, Failure> {
        let mut call = Call::default();
        // The stack where the function began, and the instruction before this one.
        let (mut frame, mut last) = (None, None);
        let mut signal = None;
        loop {
            let now = ptrace::getregs(self.pid).map_err(lost)?;
            if frame.is_some_and(|frame| now.rsp > frame) {
                (frame, last) = (None, None);
            }
            if frame.is_none() && now.rip == address {
                frame = Some(now.rsp);
                call.entries += 1;
            }
            // One with a repeat prefix stops after each round, and is one instruction.
            if frame.is_some() && last != Some(now.rip) {
                *call.executed.entry(now.rip).or_default() += 1;
                if let Some(last) = last.replace(now.rip) {
                    *call.edges.entry((last, now.rip)).or_default() += 1;
                }
            }
            if *steps >= limit {
                return Err(Failure::TooLong(limit));
            }
            *steps += 1;
            ptrace::step(self.pid, signal.take()).map_err(lost)?;
            match self.wait()? {
                Stop::Step => {}
                Stop::Mark => return Ok(call),
                Stop::Signal(other) => signal = Some(other),
            }
        }
    }

    fn wait(&mut self) -> Result<Stop, Failure> {
        let how = match waitpid(self.pid, None).map_err(lost)? {
            WaitStatus::Stopped(_, Signal::SIGTRAP) => return Ok(Stop::Step),
            WaitStatus::Stopped(_, Signal::SIGSTOP) => return Ok(Stop::Mark),
            WaitStatus::Stopped(_, other) => return Ok(Stop::Signal(other)),
            WaitStatus::Exited(_, code) => format!("exit code {code}"),
            WaitStatus::Signaled(_, signal, _) => signal.to_string(),
            other => format!("{other:?}"),
        };
        self.is_reaped = true;
        Err(self.ended(&how))
    }

    /// What it means that the process has ended.
    fn ended(&mut self, how: &str) -> Failure {
        let mut said = Vec::new();
        let read = self.said.rewind().and_then(|()| self.said.read_to_end(&mut said));
        let said = String::from_utf8_lossy(&said);
        let ours = said.lines().rev().find_map(|line| line.strip_prefix("abreast: "));
        match ours.filter(|_| read.is_ok()) {
            Some(ours) => {
                let here = Failure::Here(String::new()).to_string();
                match ours.strip_prefix(&here) {
                    Some(why) => Failure::Here(why.to_owned()),
                    None => Failure::Broken(ours.to_owned()),
                }
            }
            None => Failure::Broken(format!("it ended its process ({how})")),
        }
    }

    fn code<'a>(
        &self,
        addresses: impl Iterator<Item = &'a u64>,
    ) -> Result<HashMap<u64, Vec<u8>>, Failure> {
        let memory = File::open(format!("/proc/{}/mem", self.pid));
        let memory = memory.map_err(|why| Failure::Here(why.to_string()))?;
        let mut code = HashMap::new();
        for address in addresses {
            code.entry(*address).or_insert_with(|| {
                let mut bytes = vec![0; LONGEST];
                let read = memory.read_at(&mut bytes, *address).unwrap_or(0);
                bytes.truncate(read);
                bytes
            });
        }
        Ok(code)
    }
}

impl Drop for Tracee {
    fn drop(&mut self) {
        if !self.is_reaped {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The connection to the traced process.
fn lost(why: Errno) -> Failure {
    Failure::Here(format!("the traced process cannot be reached ({})", why.desc()))
}
