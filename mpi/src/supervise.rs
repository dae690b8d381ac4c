//! Who says which rank died in which task: a process of the same program that waits for the rank.
//!
//! `mpiexec` names a signal at best, and never a task. A rank that calls `exit(0)` in a kernel is nothing unusual
//! to it at all. So what `mpiexec` starts is a supervisor, which starts the rank, reads what it notes
//! ([`crate::record`]), ends it when a task takes too long, and ends with an exit code that ends the job. Nothing
//! is installed in the rank: no handler of signals, of exits or of panics.

use crate::record::Record;

/// Do without: for debuggers, which want to see what `mpiexec` has started.
const ALONE: &str = "ABREAST_MPI_ALONE";

/// Makes this process the rank's supervisor, which never returns, or gives the record of the rank that it is.
pub fn enter() -> Record {
    if std::env::var_os(ALONE).is_some_and(|value| !value.is_empty()) {
        return Record::default();
    }
    linux::enter()
}

#[cfg(not(target_os = "linux"))]
mod linux {
    /// Elsewhere a rank has no supervisor.
    pub fn enter() -> super::Record {
        super::Record::default()
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use crate::last_words::say;
    use crate::record::{LEN, Record, Seen, now};
    use rustix::fs::{MemfdFlags, memfd_create};
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::os::fd::AsRawFd;
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command, ExitStatus, exit, id};
    use std::thread::sleep;
    use std::time::Duration;

    /// What the rank finds: its supervisor and the supervisor's file.
    const SUPERVISOR: &str = "ABREAST_MPI_SUPERVISOR";

    /// The exit code when a rank has died or taken too long.
    const DIED: i32 = 4;

    /// How often the supervisor looks.
    const GLANCE: Duration = Duration::from_millis(10);

    pub fn enter() -> Record {
        let given = std::env::var(SUPERVISOR).unwrap_or_default();
        match given.split_once(' ') {
            // What a rank starts inherits the variable and has another parent.
            Some((supervisor, file)) if supervisor == parent() => as_rank(supervisor, file),
            _ => supervise(),
        }
    }

    fn parent() -> String {
        getppid().map_or(0, |parent| parent.as_raw_nonzero().get()).to_string()
    }

    fn as_rank(supervisor: &str, file: &str) -> Record {
        // A supervisor may be killed, and then this must not go on.
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
        if parent() != supervisor {
            exit(DIED);
        }
        let file = OpenOptions::new().read(true).write(true).open(file);
        file.map(Record::to).unwrap_or_default()
    }

    fn supervise() -> Record {
        match start() {
            Ok((rank, file)) => exit(wait(rank, &file)),
            Err(why) => {
                say(&format!("no supervisor: {why}"));
                Record::default()
            }
        }
    }

    fn start() -> io::Result<(Child, File)> {
        let file = File::from(memfd_create("abreast-mpi", MemfdFlags::CLOEXEC)?);
        file.set_len(LEN as u64)?;
        let mut args = std::env::args_os();
        let mut rank = Command::new("/proc/self/exe");
        rank.arg0(args.next().unwrap_or_default()).args(args);
        rank.env(SUPERVISOR, format!("{} /proc/{0}/fd/{}", id(), file.as_raw_fd()));
        Ok((rank.spawn()?, file))
    }

    /// The exit code of the rank, once it has ended.
    fn wait(mut rank: Child, file: &File) -> i32 {
        let mut late = None;
        loop {
            match rank.try_wait() {
                Ok(Some(status)) => return code(status, &Seen::in_file(file)),
                Ok(None) => {}
                Err(why) => {
                    say(&format!("cannot wait for the rank: {why}"));
                    return DIED;
                }
            }
            let seen = Seen::in_file(file);
            let overdue = seen.overdue(now());
            // Twice, since both of its numbers may not have been written at the first glance.
            if let Some((task, _)) = overdue.filter(|_| overdue == late) {
                let (who, name) = (seen.rank(), seen.name());
                say(&format!("{who}: task {task} of {name} did not end in its time"));
                let _ = rank.kill().and_then(|()| rank.wait());
                return DIED;
            }
            late = overdue;
            sleep(GLANCE);
        }
    }

    fn code(status: ExitStatus, seen: &Seen) -> i32 {
        match status.code() {
            Some(code) if !seen.is_running() => code,
            _ => {
                let (who, tasks) = (seen.rank(), seen.tasks());
                say(&format!("{who} died in {tasks}: {status}"));
                DIED
            }
        }
    }
}
