//! The worker's own side: judge one kernel, and say what comes next before it comes.

use super::limit::threads;
use super::message::{At, End, Job, Message, Now, line};
use crate::fork::Caller;
use crate::harness::gate::{Finding, GateOptions, Observer, Step, Target, gate_of};
use crate::harness::same_bits::same_bits_of;
use crate::kernel::{Choice, Entry};
use crate::{Error, Level, executors};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::fstat;
use rustix::io::fcntl_dupfd_cloexec;
use rustix::net::{SocketType, sockopt::socket_type};
use rustix::process::{
    Resource, Rlimit, Signal, WaitId, WaitIdOptions, getpgrp, kill_process_group, setrlimit, waitid,
};
use rustix::stdio::dup2_stdin;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The environment variable that a gate worker finds.
pub(super) const WORKER: &str = "ABREAST_GATE_WORKER";

/// The exit status of a worker whose connection was closed by a kernel.
pub(super) const CUT_OFF: i32 = 113;

static CAN_ISOLATE: AtomicBool = AtomicBool::new(false);

/// Whether this process can start gate workers of itself: its `main` began with
/// [`gate_worker_main`].
pub fn can_isolate() -> bool {
    CAN_ISOLATE.load(Ordering::Relaxed)
}

/// Makes this program one that can judge kernels in processes of its own. It belongs at the top of
/// `main`, after [`worker_main`](crate::exec::worker_main); what stands before it runs in each
/// worker too.
///
/// In a process that somebody started it returns. In a gate worker it never does: the process
/// judges the kernel of `registry` that its parent names, and ends.
pub fn gate_worker_main(registry: &[Entry]) {
    // The variable alone does not say it: programs that a kernel starts inherit it too.
    let is_worker = std::env::var_os(WORKER).as_deref() == Some(OsStr::new("1"))
        && socket_type(io::stdin()).is_ok_and(|kind| kind == SocketType::STREAM);
    if !is_worker {
        CAN_ISOLATE.store(true, Ordering::Relaxed);
        return;
    }
    match Worker::enter() {
        Ok((mut worker, job)) => worker.serve(&job, registry),
        Err(why) => {
            eprintln!("abreast gate worker: {why}");
            exit(1)
        }
    }
}

struct Worker {
    link: UnixStream,
    /// Which file the link is.
    file: Option<(u64, u64)>,
    streams: Streams,
    until: Option<At>,
    linger: Duration,
    /// Threads of this process that are the worker's own.
    threads: usize,
    /// Whether a child process is a kernel's: not if this process had some before.
    is_childless: bool,
    part: u8,
    process: Caller,
}

impl Worker {
    /// Takes the link from where it was handed over, so that neither a kernel that reads its
    /// standard input nor one that prints meets it.
    fn enter() -> io::Result<(Worker, Job)> {
        let link = UnixStream::from(fcntl_dupfd_cloexec(io::stdin(), 3)?);
        let streams = Streams::new()?;
        // No core file for each crash, which is expected here; and when memory is out, it is this
        // process that the system should end.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
        let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
        let mut order = String::new();
        BufReader::new(&link).read_line(&mut order)?;
        let job: Job = serde_json::from_str(&order)?;
        let watched = OwnedFd::from(link.try_clone()?);
        std::thread::Builder::new()
            .name("lifeline".to_owned())
            .spawn(move || lifeline(&watched))?;
        let worker = Worker {
            file: file(&link),
            link,
            streams,
            until: job.until,
            linger: Duration::from_millis(job.linger),
            threads: threads(),
            is_childless: !has_children(),
            part: 0,
            process: Caller::this(),
        };
        Ok((worker, job))
    }

    fn serve(&mut self, job: &Job, registry: &[Entry]) -> ! {
        match self.judge(job, registry) {
            Ok(end) => self.finish(end),
            Err(why) => {
                self.say(&Message::Refused(why.to_string()));
                exit(0)
            }
        }
    }

    fn judge(&mut self, job: &Job, registry: &[Entry]) -> Result<End, Error> {
        let entry = Entry::find(registry, &job.kernel)?;
        let choice = |of: &Target| Ok(Choice { variant: of.variant, level: Level::new(of.level)? });
        let choices = job.choices.iter().map(choice).collect::<Result<Vec<Choice>, Error>>()?;
        let options = GateOptions { seed: job.seed, quick: job.quick, ..GateOptions::all() };
        let gate = job.gate.then(|| gate_of(entry, choices.clone(), &options, self));
        self.part = 1;
        if job.executors.is_empty() || self.is_over((1, 0)) {
            return Ok(End { gate, matrix: None });
        }
        let executors = job
            .executors
            .iter()
            .map(|name| executors::parse(name))
            .collect::<Result<Vec<_>, _>>()?;
        let matrix = same_bits_of(entry, &executors, &choices, &options, self);
        Ok(End { gate, matrix: Some(matrix.map_err(|why| why.to_string())) })
    }

    fn is_over(&self, at: At) -> bool {
        self.until.is_some_and(|until| until < at)
    }

    /// What was done to this process is not repaired: another goes on, without whoever did it.
    fn look(&mut self) {
        self.process.end_copy();
        // Executors of the same-bits table have children of their own.
        let left = || {
            (self.part == 0 && self.is_childless && has_children())
                .then(|| "it left a child process behind that it did not wait for".to_owned())
        };
        if let Some(what) = self.streams.change().or_else(left) {
            self.say(&Message::Spoilt(what));
            // Without what the variant may have left for the end.
            let _ = kill_process_group(getpgrp(), Signal::KILL);
        }
    }

    /// Says that all is done and ends the process as a program does that returns from `main`.
    fn finish(&mut self, end: End) -> ! {
        let since = Instant::now();
        while since.elapsed() < self.linger && threads() > self.threads {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.say(&Message::End(Box::new(end)));
        exit(0)
    }

    /// What is said must arrive there and nowhere else: a kernel may have closed the link, and
    /// opened something of its own under its number.
    fn say(&mut self, message: &Message) {
        if file(&self.link) != self.file || self.link.write_all(&line(message)).is_err() {
            exit(CUT_OFF);
        }
    }
}

impl Observer for Worker {
    fn now(&mut self, step: &Step<'_>) {
        // The step before was the kernel's own sample or oracle, or has been looked at.
        self.look();
        let at = (self.part, step.done);
        if self.is_over(at) {
            self.finish(End::default());
        }
        let (target, case) = (step.choice.map(Into::into), step.case.to_owned());
        self.say(&Message::Now(Now { at, of: step.of, target, case }));
    }

    fn found(&mut self, finding: &Finding) {
        self.say(&Message::Found(finding.clone()));
    }

    fn after(&mut self) {
        self.look();
    }
}

/// The files that the standard streams were in the beginning.
struct Streams([Option<(u64, u64)>; 3]);

const STREAMS: [&str; 3] = ["standard input", "standard output", "standard error"];

impl Streams {
    /// Takes them over: input is empty.
    fn new() -> io::Result<Streams> {
        dup2_stdin(File::open("/dev/null")?)?;
        Ok(Streams(Self::files()))
    }

    fn files() -> [Option<(u64, u64)>; 3] {
        [file(io::stdin()), file(io::stdout()), file(io::stderr())]
    }

    /// The first one that is not what it was.
    fn change(&self) -> Option<String> {
        let now = Self::files();
        let which = (0..3).find(|i| now[*i] != self.0[*i])?;
        let what = if now[which].is_none() { "closed" } else { "replaced" };
        Some(format!("it {what} descriptor {which}, {}", STREAMS[which]))
    }
}

/// Which file a descriptor stands for; none when it is closed.
fn file(fd: impl AsFd) -> Option<(u64, u64)> {
    fstat(fd).ok().map(|stat| (stat.st_dev, stat.st_ino))
}

fn has_children() -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    waitid(WaitId::All, options).is_ok()
}

/// Ends the worker when its parent is gone, even in the middle of a kernel, and what it started.
fn lifeline(link: &OwnedFd) {
    loop {
        let mut watched = [PollFd::new(link, PollFlags::RDHUP)];
        if poll(&mut watched, None).is_ok() && !watched[0].revents().is_empty() {
            if watched[0].revents().contains(PollFlags::NVAL) {
                return;
            }
            let _ = kill_process_group(getpgrp(), Signal::KILL);
        }
    }
}
