//! The gate: what a body must pass before it is timed.
//!
//! Every body at every level, on every size and special case of the kernel's [`Evidence`], is held
//! to this list. The words in quotes are those of a [`Finding`].
//!
//! | looked for | how | "said" |
//! |---|---|---|
//! | right results | the oracle, which is none of the bodies, accepts every number; NaN fails | "wrong value" |
//! | same bits | all bodies and levels agree (of a [fused] kernel: all with FMA, and all without) | "different bits" |
//! | alignment | operands moved off their cache line give the bits of aligned ones | "different bits" |
//! | all is written | the output is poisoned before each call, with two poisons | "output not written" |
//! | nothing else is | the bytes around the output keep the poison | "wrote outside its slice" |
//! | inputs are inputs | the operands and the bytes around them are hashed before and after | "changed its input" |
//! | purity | the same call again, and the last chunk first, give the same bits | "not repeatable", "depends on the order of chunks" |
//! | re-entrancy | 2, 8 and 64 threads at once, on the same and on different inputs, each get the single-threaded bits | "not re-entrant" |
//! | environment | sums still round to nearest, subnormal numbers still exist | "changed the floating-point environment" |
//! | no surprise | neither a panic nor an error where the sample is legal | "panicked or failed" |
//!
//! [`gate`] runs all of this in the process that calls it, and trusts every body not to end that
//! process and to come back. [`isolated`](super::isolated) runs it in processes of its own and looks
//! for three more:
//!
//! | looked for | how | "said" |
//! |---|---|---|
//! | the process lives | no signal, no `exit`, the connection stays open | "ended its process" |
//! | calls end | so much CPU time, or so long asleep, for one step | "exceeded the time limit" |
//! | the process is as before | the standard streams are the same files, no child process is left (looked for on the gate's own threads, not on those of executors) | "changed its process" |
//!
//! [`Evidence`]: crate::kernel::Evidence
//! [fused]: crate::kernel::Class::Fused

mod ballot;
mod environment;
mod fork;
mod numbers;
mod observer;
mod reentry;
mod report;
mod subject;
mod watch;

pub(super) use fork::OneProcess;
pub(super) use observer::{Observer, Step, Trusting};
pub use report::{Accuracy, Accused, Check, Difference, Finding, GateReport};
pub(super) use report::{body_name, body_named, isa_name, isa_named};

use crate::Level;
use crate::kernel::{Body, Case, Entry, How};
use ballot::Ballot;
use subject::{Subject, subjects};
use watch::{Expected, again, examine};
pub(super) use watch::{Trouble, apart, caught, harmless};

/// What the gate tries.
#[derive(Debug, Clone)]
pub struct GateOptions {
    /// The bodies.
    pub bodies: Vec<Body>,
    /// The levels.
    pub levels: Vec<Level>,
    /// The seed of all operands.
    pub seed: u64,
    /// About a second per kernel: fewer misalignments, fewer calls in a crowd. Every size and
    /// special case is tried all the same.
    pub quick: bool,
}

impl GateOptions {
    /// Every body at every level of this CPU, with the seed of all reports, 42.
    pub fn all() -> GateOptions {
        GateOptions {
            bodies: Body::ALL.to_vec(),
            levels: Level::available(),
            seed: 42,
            quick: false,
        }
    }

    /// The same, in about a second per kernel.
    pub fn quick() -> GateOptions {
        GateOptions { quick: true, ..Self::all() }
    }

    /// Each body at each level.
    pub(super) fn hows(&self) -> Vec<How> {
        let bodies = |level: Level| self.bodies.iter().map(move |body| How { body: *body, level });
        self.levels.iter().copied().flat_map(bodies).collect()
    }
}

/// How far the gate has come, for a progress bar.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'p> {
    /// The kernel.
    pub kernel: &'static str,
    /// Steps done.
    pub done: usize,
    /// Steps in all.
    pub of: usize,
    /// What comes now: `n = 4097`.
    pub now: &'p str,
}

/// Runs the whole gate over one kernel.
///
/// Nothing a body does is a crash of the gate, except what kills the process: a panic, an error
/// and a changed environment are findings. A body that crashes or exits ends the calling process,
/// and one that does not come back is waited for: [`isolated::check`](super::isolated::check) names
/// these too.
///
/// ```
/// use abreast::harness::agree::{GateOptions, gate};
/// use abreast::{Body, kernels};
/// let options = GateOptions { bodies: vec![Body::Rust, Body::Simd], ..GateOptions::quick() };
/// let report = gate(&kernels::REGISTRY[0], &options, &mut |_| ());
/// assert!(report.passed(), "{:#?}", report.findings);
/// ```
pub fn gate(
    entry: &Entry,
    options: &GateOptions,
    progress: &mut dyn FnMut(Progress<'_>),
) -> GateReport {
    gate_of(entry, options.hows(), options, &mut Trusting(progress))
}

/// The gate for some bodies at some levels, under an observer.
pub(super) fn gate_of(
    entry: &Entry,
    hows: Vec<How>,
    options: &GateOptions,
    observer: &mut dyn Observer,
) -> GateReport {
    let mut gate = Gate::new(entry, hows, options, observer);
    gate.now(None, "special cases");
    let subjects = subjects(entry, options.seed).unwrap_or_else(|trouble| {
        gate.accuse(None, "special cases", trouble);
        Vec::new()
    });
    // The threads at once are one more step.
    gate.of = subjects.len() + 1;
    for (done, subject) in subjects.iter().enumerate() {
        gate.done = done;
        gate.now(None, &subject.name);
        if let Err(trouble) = gate.subject(subject) {
            gate.accuse(None, &subject.name, trouble);
        }
    }
    gate.done = subjects.len();
    gate.now(None, CROWD);
    if let Err(trouble) = gate.crowds() {
        gate.accuse(None, CROWD, trouble);
    }
    gate.report
}

const CROWD: &str = "many threads at once";

struct Gate<'g> {
    entry: &'g Entry,
    options: &'g GateOptions,
    hows: Vec<How>,
    observer: &'g mut dyn Observer,
    /// Steps done, and steps in all.
    done: usize,
    of: usize,
    report: GateReport,
    /// Sums of distances and counts behind the means in the report, in the order of `hows`.
    distances: Vec<(f64, usize)>,
    /// Of every size: how much one call computes, and how many numbers come out.
    weights: Vec<Weight>,
}

struct Weight {
    n: u64,
    work: u64,
    numbers: usize,
}

impl<'g> Gate<'g> {
    fn new(
        entry: &'g Entry,
        hows: Vec<How>,
        options: &'g GateOptions,
        observer: &'g mut dyn Observer,
    ) -> Self {
        let accuracy = |how: &How| Accuracy { of: (*how).into(), max_ulp: 0.0, mean_ulp: 0.0 };
        let report = GateReport {
            kernel: entry.name,
            seed: options.seed,
            cases: 0,
            runs: 0,
            accuracy: hows.iter().map(accuracy).collect(),
            findings: Vec::new(),
        };
        let distances = vec![(0.0, 0); hows.len()];
        let (done, of, weights) = (0, 1, Vec::new());
        Gate { entry, options, hows, observer, done, of, report, distances, weights }
    }

    /// Says what comes now.
    fn now(&mut self, how: Option<How>, case: &str) {
        let (kernel, done, of) = (self.entry.name, self.done, self.of);
        self.observer.now(&Step { kernel, done, of, how, case });
    }

    /// Everything that one problem can show with one thread.
    fn subject(&mut self, subject: &Subject<'_>) -> Result<(), Trouble> {
        let case = subject.make()?;
        let (expected, cost) = apart(|| (Expected::of(&*case), case.cost()))?;
        self.report.cases += 1;
        if let Some(n) = subject.size {
            let work = cost.flops.max(cost.elements).max((cost.read + cost.written) / 8);
            self.weights.push(Weight { n, work, numbers: expected.oracle.len() });
        }
        let (case, ballot) = self.poll(subject, case, &expected)?;
        for (how, trouble) in ballot.dissent() {
            self.accuse(Some(how), &subject.name, trouble);
        }
        if case.footprint() <= self.most_bytes_to_move() {
            self.misaligned(subject, case, &ballot)?;
        }
        Ok(())
    }

    /// Examines every body on one problem and collects the answers of those that pass. Gives back
    /// the problem with its operands as they were.
    fn poll(
        &mut self,
        subject: &Subject<'_>,
        mut case: Box<dyn Case>,
        expected: &Expected,
    ) -> Result<(Box<dyn Case>, Ballot), Trouble> {
        let mut ballot = Ballot::new(self.entry.class);
        for (i, how) in self.hows.clone().into_iter().enumerate() {
            self.now(Some(how), &subject.name);
            let runs = &mut self.report.runs;
            let seen = apart(|| examine(&*case, how, expected, runs)).flatten();
            self.observer.after();
            match seen {
                Ok((answer, near)) => {
                    if subject.size.is_some() {
                        self.record(i, near.max_ulp, near.sum_ulp, answer.numbers.len());
                    }
                    ballot.cast(how, answer);
                }
                Err(trouble) => {
                    if trouble.check == Check::Operands {
                        case = subject.make()?;
                    }
                    self.accuse(Some(how), &subject.name, trouble);
                }
            }
        }
        Ok((case, ballot))
    }

    /// The same problem with its operands off their cache line: each body that agreed must give
    /// the same bits again.
    fn misaligned(
        &mut self,
        subject: &Subject<'_>,
        mut case: Box<dyn Case>,
        ballot: &Ballot,
    ) -> Result<(), Trouble> {
        for bytes in self.shifts() {
            case.misalign(*bytes);
            let name = format!("{}, operands moved {bytes} bytes in whole elements", subject.name);
            for (how, answer) in ballot.agreed() {
                self.now(Some(how), &name);
                self.report.runs += 1;
                let seen = apart(|| again(&*case, how, answer)).flatten();
                self.observer.after();
                if let Err(trouble) = seen {
                    if trouble.check == Check::Operands {
                        case = subject.make()?;
                        case.misalign(*bytes);
                    }
                    self.accuse(Some(how), &name, trouble);
                }
            }
        }
        Ok(())
    }

    /// Many threads at once, for the bodies that nothing was found against so far.
    fn crowds(&mut self) -> Result<(), Trouble> {
        let Some(n) = self.crowd_size() else { return Ok(()) };
        let sound: Vec<How> =
            self.hows.iter().copied().filter(|how| self.report.trusts(*how)).collect();
        let (entry, options) = (self.entry, self.options);
        let cases = apart(|| reentry::cases(entry, options.seed, n)).flatten()?;
        for how in sound {
            let name = format!("n = {n}, {CROWD}");
            self.now(Some(how), &name);
            let runs = &mut self.report.runs;
            let seen = apart(|| reentry::crowds(&cases, how, options.quick, runs)).flatten();
            self.observer.after();
            for (place, trouble) in seen? {
                self.accuse(Some(how), &format!("n = {n}{place}"), trouble);
            }
        }
        Ok(())
    }

    /// The size that the crowd works on: long enough to overlap, small enough for 64 threads.
    fn crowd_size(&self) -> Option<u64> {
        let fits = |weight: &&Weight| weight.work <= 200_000 && weight.numbers <= 5_000;
        let heaviest = self.weights.iter().filter(fits).max_by_key(|weight| weight.work);
        let lightest = self.weights.iter().min_by_key(|weight| weight.work);
        heaviest.or(lightest).map(|weight| weight.n)
    }

    fn shifts(&self) -> &'static [usize] {
        if self.options.quick { &[4, 8, 40] } else { &[4, 8, 12, 16, 24, 32, 40, 48, 56, 60] }
    }

    fn most_bytes_to_move(&self) -> usize {
        if self.options.quick { 1 << 17 } else { 1 << 21 }
    }

    fn record(&mut self, how: usize, max_ulp: f64, sum_ulp: f64, numbers: usize) {
        let (accuracy, (sum, count)) = (&mut self.report.accuracy[how], &mut self.distances[how]);
        *sum += sum_ulp;
        *count += numbers;
        accuracy.max_ulp = accuracy.max_ulp.max(max_ulp);
        accuracy.mean_ulp = *sum / (*count).max(1) as f64;
    }

    /// Adds a finding, or counts one more case of a known one.
    fn accuse(&mut self, how: Option<How>, case: &str, trouble: Trouble) {
        let accused = how.map(Accused::from);
        let known = |f: &&mut Finding| f.accused == accused && f.check == trouble.check;
        if let Some(finding) = self.report.findings.iter_mut().find(known) {
            finding.cases += 1;
            return;
        }
        let finding = Finding {
            kernel: self.entry.name,
            accused,
            case: case.to_owned(),
            check: trouble.check,
            cases: 1,
            detail: trouble.detail,
            difference: trouble.difference.map(|boxed| *boxed),
        };
        self.observer.found(&finding);
        self.report.findings.push(finding);
    }
}
