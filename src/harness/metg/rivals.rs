//! Who else runs many small tasks.

use crate::exec::{Control, Executor, Report};
use crate::{Error, Fault, Tasks};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::Serialize;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Somebody else's pool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rival {
    /// What it is.
    pub name: String,
    /// Wall time per task that does nothing, in nanoseconds, if it could be measured.
    pub overhead_ns: Option<f64>,
    /// Why not, otherwise.
    pub skipped: Option<String>,
}

/// The same tasks by rayon's parallel iterator, without any executor of this crate: nobody can
/// cancel, watch or throttle them, and a panic is not a fault.
pub(super) struct Rayon(rayon::ThreadPool);

impl Rayon {
    pub(super) fn new(width: usize) -> Result<Rayon, Error> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(width).build();
        pool.map(Rayon).map_err(|why| Error::argument("rayon", width, why.to_string()))
    }
}

impl Executor for Rayon {
    fn name(&self) -> String {
        format!("rayon alone:{}", self.width())
    }

    fn width(&self) -> usize {
        self.0.current_num_threads()
    }

    fn run(&self, tasks: &dyn Tasks, _: &Control<'_>) -> Result<Report, Fault> {
        let began = Instant::now();
        let all = || (0..tasks.len()).into_par_iter().try_for_each(|i| tasks.run(i));
        self.0.install(all)?;
        Ok(Report { tasks: tasks.len(), wall: began.elapsed(), ..Report::default() })
    }
}

/// One of the pools in Python's standard library.
#[derive(Debug, Clone, Copy)]
pub(super) struct Python(&'static str);

impl Python {
    pub(super) const ALL: [Python; 2] =
        [Python("ThreadPoolExecutor"), Python("ProcessPoolExecutor")];

    pub(super) fn name(self) -> &'static str {
        self.0
    }

    /// The pool with so many workers, measured by a Python of its own.
    pub(super) fn measured(self, width: usize) -> Rival {
        let mut command = Command::new("python3");
        command.args(["-c", SCRIPT, self.0, &width.to_string()]);
        let answer = answer(command, TIME).and_then(|line| parsed(&line));
        let name = format!("{}:{width}", self.0);
        match answer {
            Ok((version, ns)) => Rival {
                name: format!("{name}, Python {version}"),
                overhead_ns: Some(ns),
                skipped: None,
            },
            Err(why) => Rival { name, overhead_ns: None, skipped: Some(why) },
        }
    }
}

/// How long a Python may take altogether.
const TIME: Duration = Duration::from_secs(2);

/// `map` with the cheapest function there is, best of as many times as there is time for. Alarms
/// end it, and its workers, which would not notice that their parent is gone.
const SCRIPT: &str = "\
import concurrent.futures, signal, sys, time
name, width, tasks = sys.argv[1], int(sys.argv[2]), 2000
signal.alarm(2)
ends = dict(initializer=signal.alarm, initargs=(3,)) if 'Process' in name else {}
with getattr(concurrent.futures, name)(width, **ends) as pool:
    list(pool.map(abs, range(100)))
    best, until = float('inf'), time.monotonic() + 0.8
    while time.monotonic() < until:
        began = time.perf_counter()
        list(pool.map(abs, range(tasks)))
        best = min(best, time.perf_counter() - began)
    print(sys.version.split()[0], best / tasks * 1e9, flush=True)
";

/// The first line that a program prints, if it does so in time. Afterwards it is gone.
fn answer(mut command: Command, time: Duration) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let pipes = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = pipes.spawn().map_err(|why| format!("{name}: {why}"))?;
    let output = child.stdout.take().expect("it is a pipe");
    let (sender, receiver) = mpsc::channel();
    // Not joined: a program that a killed one has started may keep the pipe open for a while.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(output.take(1000)).read_line(&mut line);
        let _ = sender.send(read.map(|_| line));
    });
    let answer = receiver.recv_timeout(time);
    // Who has answered may put things in order: there is nothing left but that.
    let is_there = matches!(&answer, Ok(Ok(line)) if !line.is_empty());
    let until = Instant::now() + if is_there { Duration::from_millis(500) } else { Duration::ZERO };
    while Instant::now() < until && matches!(child.try_wait(), Ok(None)) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    let _ = child.wait();
    match answer {
        Ok(Ok(line)) if is_there => Ok(line),
        Ok(Ok(_)) => Err(format!("{name} ended without an answer")),
        Ok(Err(why)) => Err(format!("{name}: {why}")),
        Err(_) => Err(format!("{name} did not answer within {time:?}")),
    }
}

/// A version and a number of nanoseconds.
fn parsed(line: &str) -> Result<(String, f64), String> {
    let words = line.split_once(' ');
    let answer =
        words.and_then(|(version, ns)| Some((version.to_owned(), ns.trim().parse().ok()?)));
    answer.ok_or_else(|| format!("python3 said '{}'", line.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_program_that_is_silent_missing_or_slow_is_a_reason_and_no_wait() {
        let long = Duration::from_secs(60);
        assert_eq!(answer(shell("echo 3.11.7 79000.5"), long), Ok("3.11.7 79000.5\n".to_owned()));
        assert_eq!(answer(shell("exit 1"), long), Err("sh ended without an answer".to_owned()));
        let missing = answer(Command::new("no-such-python"), long).unwrap_err();
        assert!(missing.starts_with("no-such-python: "), "{missing}");
        let began = Instant::now();
        // The grandchild keeps the pipe; nobody waits for it.
        let slow = answer(shell("sleep 200 & sleep 200"), Duration::from_millis(50));
        assert_eq!(slow, Err("sh did not answer within 50ms".to_owned()));
        assert!(began.elapsed() < Duration::from_secs(190));
    }

    #[test]
    fn an_answer_is_a_version_and_a_time() {
        assert_eq!(parsed("3.11.7 79000.5\n"), Ok(("3.11.7".to_owned(), 79000.5)));
        assert_eq!(parsed("oh no\n"), Err("python3 said 'oh no'".to_owned()));
        assert_eq!(parsed(""), Err("python3 said ''".to_owned()));
    }
}
