//! The worker's own side: judge one kernel, and say what comes next before it comes.

use super::message::{At, End, Job, Message, Now};
use crate::fork::Caller;
use crate::harness::gate::{Finding, GateOptions, Observer, Step, Target, gate_of};
use crate::harness::same_bits::same_bits_of;
use crate::kernel::{Choice, Entry};
use crate::{Error, Level, executors};
use abreast_compare::isolate::{Channel, Role, Watch, threads, wait_for_the_end};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The environment variable that a gate worker finds.
pub(super) const WORKER: &str = "ABREAST_GATE_WORKER";

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
    let role = Role::of_this_process(WORKER);
    // Programs that a kernel starts inherit the variable, and are programs all the same.
    if !matches!(role, Role::Worker { .. }) {
        CAN_ISOLATE.store(true, Ordering::Relaxed);
        return;
    }
    match role.accept::<Job>() {
        Ok((job, channel)) => Worker::new(&job, channel).serve(&job, registry),
        Err(why) => {
            eprintln!("abreast gate worker: {why}");
            exit(1)
        }
    }
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
