//! The worker's own side: judge or time one kernel, and say what comes next before it comes.

use super::message::{At, End, Job, Message, Now, Work};
use crate::fork::Caller;
use crate::harness::compare::times;
use crate::harness::gate::{Finding, GateOptions, Observer, Step, Target, gate_of};
use crate::harness::same_bits::same_bits_of;
use crate::kernel::{Choice, Entry};
use crate::{Error, Fault, executors};
use abreast_compare::isolate::{Channel, Role, Watch, threads, wait_for_the_end};
use abreast_compare::message::Reports;
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The environment variable that a worker finds.
pub(super) const WORKER: &str = "ABREAST_GATE_WORKER";

static CAN_ISOLATE: AtomicBool = AtomicBool::new(false);

/// Whether this process can start workers of itself: its `main` began with [`worker_main`].
pub fn can_isolate() -> bool {
    CAN_ISOLATE.load(Ordering::Relaxed)
}

/// Makes this program one that can judge and time kernels in processes of its own. It belongs at the top
/// of `main`, after that of the [executors](crate::exec::worker_main); what stands before it runs in each
/// worker too.
///
/// In a process that somebody started it returns. In a worker it never does: the process does with the
/// kernel of `registry` what its parent says, and ends.
pub fn worker_main(registry: &[Entry]) {
    let role = Role::of_this_process(WORKER);
    // Programs that a kernel starts inherit the variable, and are programs all the same.
    if !matches!(role, Role::Worker { .. }) {
        CAN_ISOLATE.store(true, Ordering::Relaxed);
        return;
    }
    let done = match role.accept::<Work>() {
        Ok((Work::Judge(job), channel)) => Worker::new(&job, channel).serve(&job, registry),
        Ok((Work::Time(job), channel)) => time(&job, channel, registry).map_err(|f| f.to_string()),
        Err(why) => Err(why.to_string()),
    };
    if let Err(why) = done {
        eprintln!("abreast worker: {why}");
        exit(1)
    }
    exit(0)
}

fn time(job: &times::Job, channel: Channel, registry: &[Entry]) -> Result<(), Fault> {
    let mut reports = Reports::new(channel);
    times::serve(Entry::find(registry, &job.kernel)?, job, &mut |message| reports.send(&message))
}

struct Worker {
    channel: Channel,
    watch: Watch<Option<Target>>,
    /// Who is in work, on what, and whether what was done so far has been looked at.
    in_work: Option<Target>,
    case: String,
    is_looked_at: bool,
    until: Option<At>,
    linger: Duration,
    /// Threads of this process that are the worker's own.
    threads: usize,
    part: u8,
    process: Caller,
}

impl Worker {
    fn new(job: &Job, channel: Channel) -> Worker {
        Worker {
            channel,
            watch: Watch::new(),
            in_work: None,
            case: String::new(),
            is_looked_at: true,
            until: job.until,
            linger: job.linger,
            threads: threads(),
            part: 0,
            process: Caller::this(),
        }
    }

    fn serve(&mut self, job: &Job, registry: &[Entry]) -> ! {
        match self.judge(job, registry) {
            Ok(end) => self.finish(end),
            Err(why) => {
                self.channel.send(&Message::Refused(why.to_string()));
                exit(0)
            }
        }
    }

    fn judge(&mut self, job: &Job, registry: &[Entry]) -> Result<End, Error> {
        let entry = Entry::find(registry, &job.kernel)?;
        let choices = job.choices.iter().map(|of| of.choice());
        let choices = choices.collect::<Result<Vec<Choice>, Error>>()?;
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
    fn look(&mut self, case: &str) {
        self.process.end_copy();
        // Executors of the same-bits table have children and descriptors of their own.
        let what = match self.part {
            0 => self.watch.look(self.in_work),
            _ => self.watch.look_at_streams(),
        };
        if let Some(what) = what {
            self.channel.send(&Message::Spoilt(what, case.to_owned()));
            // The parent ends it, without what the variant may have left for the end.
            wait_for_the_end();
        }
    }

    /// Says that all is done and ends the process as a program does that returns from `main`.
    fn finish(&mut self, end: End) -> ! {
        let since = Instant::now();
        while since.elapsed() < self.linger && threads() > self.threads {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.channel.send(&Message::End(Box::new(end)));
        exit(0)
    }
}

impl Observer for Worker {
    fn now(&mut self, step: &Step<'_>) {
        // What one did is held against nobody else. Looking at all takes longer than many a step.
        let target = step.choice.map(Into::into);
        if !self.is_looked_at && (self.part > 0 || self.in_work != target) {
            let case = std::mem::take(&mut self.case);
            self.look(&case);
        }
        let at = (self.part, step.done);
        if self.is_over(at) {
            self.finish(End::default());
        }
        let case = step.case.to_owned();
        self.case.clone_from(&case);
        (self.in_work, self.is_looked_at) = (target, false);
        self.channel.send(&Message::Now(Now { at, of: step.of, target, case }));
    }

    fn found(&mut self, finding: &Finding) {
        self.channel.send(&Message::Found(finding.clone()));
    }

    fn after(&mut self, case: &str) {
        self.look(case);
        self.is_looked_at = true;
    }

    fn may_die(&self) -> bool {
        true
    }
}
