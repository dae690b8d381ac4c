//! The gate: what a variant must pass before it is timed.
//!
//! Every variant at every level, on every size and special case of the kernel's [`Workload`], is held
//! to this list. The words in quotes are those of a [`Finding`].
//!
//! | looked for | how | "said" |
//! |---|---|---|
//! | right results | the oracle, which is none of the variants, accepts every number; NaN fails | "wrong value" |
//! | at every size | sizes between the listed ones, drawn by their logarithm: 32, which meet a fault at a tenth of the sizes with a probability of 97 %, or 12 in a quick run (72 %) | as above |
//! | on all numbers | operands multiplied by 2^300, 2^-300 and powers between (in single precision 2^30) | as above |
//! | same bits | all variants and levels agree (of a [fused] kernel: all with FMA, and all without; of a [bounded] one each with itself) | "different bits" |
//! | alignment | operands moved off their cache line give the bits of aligned ones | "different bits" |
//! | all is written | the output is poisoned before each call, with two finite poisons and with NaN; a call on a buffer that holds the answer but for one item completes it | "output not written" |
//! | nothing else is | the bytes around the output keep the poison | "wrote outside its slice" |
//! | inputs are inputs | the operands and the bytes around them are hashed before and after | "changed its input" |
//! | purity | the same call again, and the last chunk first, give the same bits | "not repeatable", "depends on the order of chunks" |
//! | re-entrancy | 2, 8 and 64 threads at once, on the same and on different inputs, each get the single-threaded bits | "not re-entrant" |
//! | environment | sums still round to nearest, subnormal numbers still exist, the modes of x87 are the same | "changed the floating-point environment" |
//! | signals | the thread blocks the same ones | "changed its process" |
//! | no surprise | neither a panic nor an error where the sample is legal | "panicked or failed" |
//!
//! [`gate`] runs all of this in the process that calls it, and trusts every variant not to end that
//! process and to come back. [`isolated`](super::isolated) runs it in processes of its own and looks
//! for more:
//!
//! | looked for | how | "said" |
//! |---|---|---|
//! | the process lives | no signal, no `exit`, the connection stays open | "ended its process" |
//! | calls end | so much CPU time, or so long asleep, for one step | "exceeded the time limit" |
//! | the process is as before | working folder, umask, signal handlers and ignored signals, descriptors, child processes (looked for on the gate's own threads, not on those of executors) | "changed its process" |
//! | elements are its own | memory that may not be touched right before and right after operands and output | "ended its process" |
//! | memory is given back | the process does not grow with each call | "kept memory" |
//!
//! [`Workload`]: crate::kernel::Workload
//! [fused]: crate::kernel::Class::Fused
//! [bounded]: crate::kernel::Class::Bounded

mod fork;
mod numbers;
mod observer;
mod reentry;
mod report;
mod maker;
mod vote;
mod watch;

pub(super) use fork::OneProcess;
pub(super) use observer::{Observer, Step, Trusting};
pub use report::{Accuracy, Check, Difference, Finding, GateReport, Target};
pub(super) use report::{isa_name, isa_named};

use crate::Level;
use crate::kernel::{Answer, Case, Choice, Entry};
use crate::sample::{Place, Side};
use maker::{CaseMaker, makers};
use vote::Vote;
use watch::{Known, again, examine};
pub(super) use watch::{Violation, apart, caught, harmless};

/// What the gate tries.
#[derive(Debug, Clone)]
pub struct GateOptions {
    /// The names of the variants; all that the kernel has if there are none here. A kernel without any of
    /// these is not judged.
    pub variants: Vec<String>,
    /// The levels.
    pub levels: Vec<Level>,
    /// The seed of all operands.
    pub seed: u64,
    /// About a second per kernel: fewer misalignments, fewer calls in a crowd. Every size and
    /// special case is tried all the same.
    pub quick: bool,
}

impl GateOptions {
    /// Every variant at every level of this CPU, with the seed of all reports, 42.
    pub fn all() -> GateOptions {
        GateOptions { variants: Vec::new(), levels: Level::available(), seed: 42, quick: false }
    }

    /// The same, in about a second per kernel.
    pub fn quick() -> GateOptions {
        GateOptions { quick: true, ..Self::all() }
    }

    /// Whether the variant called `name` is asked for.
    pub fn wants(&self, name: &str) -> bool {
        self.variants.is_empty() || self.variants.iter().any(|wanted| wanted == name)
    }

    /// Each variant of the kernel that is asked for, at each level.
    pub(super) fn choices(&self, entry: &Entry) -> Vec<Choice> {
        let names = entry.variants().map(|variant| variant.name);
        let names: Vec<&'static str> = names.filter(|name| self.wants(name)).collect();
        let at = |level: Level| names.iter().map(move |&variant| Choice { variant, level });
        self.levels.iter().copied().flat_map(at).collect()
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
/// Nothing a variant does is a crash of the gate, except what kills the process: a panic, an error
/// and a changed environment are findings. A variant that crashes or exits ends the calling process,
/// and one that does not come back is waited for: [`isolated::check`](super::isolated::check) names
/// these too.
///
/// ```
/// use abreast::harness::gate::{GateOptions, gate};
/// use abreast::kernels;
/// let options = GateOptions { variants: vec!["rust".into(), "simd".into()], ..GateOptions::quick() };
/// let report = gate(&kernels::REGISTRY[0], &options, &mut |_| ());
/// assert!(report.passed(), "{:#?}", report.findings);
/// ```
pub fn gate(
    entry: &Entry,
    options: &GateOptions,
    progress: &mut dyn FnMut(Progress<'_>),
) -> GateReport {
    gate_of(entry, options.choices(entry), options, &mut Trusting(progress))
}

/// The gate for some variants at some levels, under an observer.
pub(super) fn gate_of(
    entry: &Entry,
    choices: Vec<Choice>,
    options: &GateOptions,
    observer: &mut dyn Observer,
) -> GateReport {
    let mut gate = Gate::new(entry, choices, options, observer);
    gate.now(None, "special cases");
    let makers = makers(entry, options.seed, gate.drawn()).unwrap_or_else(|violation| {
        gate.accuse(None, "special cases", violation);
        Vec::new()
    });
    // The threads at once are one more step.
    gate.of = makers.len() + 1;
    for (done, maker) in makers.iter().enumerate() {
        gate.done = done;
        gate.now(None, &maker.name);
        if let Err(violation) = gate.maker(maker) {
            gate.accuse(None, &maker.name, violation);
        }
    }
    gate.done = makers.len();
    gate.now(None, CROWD);
    if let Err(violation) = gate.crowds() {
        gate.accuse(None, CROWD, violation);
    }
    gate.report
}

const CROWD: &str = "many threads at once";

/// Above this, operands are not put at memory that may not be touched: who reads too far does so at small
/// sizes, too.
const MAX_GUARDED: usize = 1 << 14;

fn name_of(place: Place) -> String {
    match place {
        Place::Moved(bytes) => format!("operands moved {bytes} bytes in whole elements"),
        Place::Guarded(Side::Before) => "no memory before operands and output".to_owned(),
        Place::Guarded(Side::After) => "no memory after operands and output".to_owned(),
    }
}

struct Gate<'g> {
    entry: &'g Entry,
    options: &'g GateOptions,
    choices: Vec<Choice>,
    observer: &'g mut dyn Observer,
    /// Steps done, and steps in all.
    done: usize,
    of: usize,
    report: GateReport,
    /// Sums of distances and counts behind the means in the report, in the order of `choices`.
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
        choices: Vec<Choice>,
        options: &'g GateOptions,
        observer: &'g mut dyn Observer,
    ) -> Self {
        let accuracy =
            |choice: &Choice| Accuracy { of: (*choice).into(), max_ulp: 0.0, mean_ulp: 0.0 };
        let report = GateReport {
            kernel: entry.name,
            seed: options.seed,
            cases: 0,
            runs: 0,
            accuracy: choices.iter().map(accuracy).collect(),
            findings: Vec::new(),
        };
        let distances = vec![(0.0, 0); choices.len()];
        let (done, of, weights) = (0, 1, Vec::new());
        Gate { entry, options, choices, observer, done, of, report, distances, weights }
    }

    /// Says what comes now.
    fn now(&mut self, choice: Option<Choice>, case: &str) {
        let (kernel, done, of) = (self.entry.name, self.done, self.of);
        self.observer.now(&Step { kernel, done, of, choice, case });
    }

    /// Everything that one problem can show with one thread.
    fn maker(&mut self, maker: &CaseMaker<'_>) -> Result<(), Violation> {
        let Some(case) = maker.make()? else { return Ok(()) };
        let (expected, cost) = apart(|| (Known::of(&*case), case.cost()))?;
        self.report.cases += 1;
        if let Some(n) = maker.listed() {
            let work = cost.flops.max(cost.elements).max((cost.read + cost.written) / 8);
            self.weights.push(Weight { n, work, numbers: expected.oracle.len() });
        }
        let vote = self.poll(maker, case, &expected)?;
        for (choice, violation) in vote.dissent() {
            self.accuse(Some(choice), &maker.name, violation);
        }
        Ok(())
    }

    /// Examines every variant on one problem and collects the answers of those that pass.
    fn poll(
        &mut self,
        maker: &CaseMaker<'_>,
        mut case: Box<dyn Case>,
        expected: &Known,
    ) -> Result<Vote, Violation> {
        let mut vote = Vote::new(self.entry.class);
        let places = self.places(maker, case.footprint());
        for (i, choice) in self.choices.clone().into_iter().enumerate() {
            self.now(Some(choice), &maker.name);
            let runs = &mut self.report.runs;
            match apart(|| examine(&*case, choice, expected, runs)).flatten() {
                Ok((answer, near)) => {
                    if maker.listed().is_some() {
                        self.record(i, near.max_ulp, near.sum_ulp, answer.numbers.len());
                    }
                    for place in places.iter().copied() {
                        let name = format!("{}, {}", maker.name, name_of(place));
                        let seen = self.elsewhere(&mut *case, place, &name, choice, &answer);
                        self.judge(maker, &mut case, choice, &name, seen)?;
                    }
                    vote.cast(choice, answer);
                }
                seen => self.judge(maker, &mut case, choice, &maker.name, seen.map(drop))?,
            }
            self.observer.after(&maker.name);
            if !places.is_empty() {
                case.place(Place::Moved(0));
            }
        }
        Ok(vote)
    }

    /// Accuses a variant that fails, and makes the problem anew if it has spoiled it.
    fn judge(
        &mut self,
        maker: &CaseMaker<'_>,
        case: &mut Box<dyn Case>,
        choice: Choice,
        name: &str,
        seen: Result<(), Violation>,
    ) -> Result<(), Violation> {
        let Err(violation) = seen else { return Ok(()) };
        if violation.check == Check::Operands
            && let Some(fresh) = maker.make()?
        {
            *case = fresh;
        }
        self.accuse(Some(choice), name, violation);
        Ok(())
    }

    /// The same problem with operands and output elsewhere: the variant must give the same bits again.
    fn elsewhere(
        &mut self,
        case: &mut dyn Case,
        place: Place,
        name: &str,
        choice: Choice,
        answer: &Answer,
    ) -> Result<(), Violation> {
        if !case.place(place) {
            return Ok(());
        }
        self.now(Some(choice), name);
        self.report.runs += 1;
        apart(|| again(&*case, choice, answer)).flatten()
    }

    /// Where operands and output of so many bytes are put. At memory that may not be touched only where
    /// nobody minds the end of the process, and at the kernel's own sizes.
    fn places(&self, maker: &CaseMaker<'_>, bytes: usize) -> Vec<Place> {
        let (quick, full) = (&[4, 8, 40][..], &[4, 8, 12, 16, 24, 32, 40, 48, 56, 60][..]);
        let (most, shifts) = if self.options.quick { (1 << 17, quick) } else { (1 << 21, full) };
        let is_moved = maker.is_own() && bytes <= most;
        let is_guarded =
            maker.listed().is_some() && bytes <= MAX_GUARDED && self.observer.may_die();
        let shifts = shifts.iter().map(|bytes| Place::Moved(*bytes)).filter(|_| is_moved);
        let sides = [Side::Before, Side::After].map(Place::Guarded);
        shifts.chain(sides.into_iter().filter(|_| is_guarded)).collect()
    }

    /// Many threads at once, for the variants that nothing was found against so far.
    fn crowds(&mut self) -> Result<(), Violation> {
        let Some(n) = self.crowd_size() else { return Ok(()) };
        let sound: Vec<Choice> =
            self.choices.iter().copied().filter(|choice| self.report.trusts(*choice)).collect();
        let (entry, options) = (self.entry, self.options);
        let cases = apart(|| reentry::cases(entry, options.seed, n)).flatten()?;
        for choice in sound {
            let name = format!("n = {n}, {CROWD}");
            self.now(Some(choice), &name);
            let (runs, alone) = (&mut self.report.runs, self.observer.may_die());
            let crowds = || reentry::crowds(&cases, choice, options.quick, alone, runs);
            let seen = apart(crowds).flatten();
            self.observer.after(&name);
            for (executor, violation) in seen? {
                self.accuse(Some(choice), &format!("n = {n}{executor}"), violation);
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

    /// How many sizes are drawn.
    fn drawn(&self) -> usize {
        if self.options.quick { 12 } else { 32 }
    }

    fn record(&mut self, choice: usize, max_ulp: f64, sum_ulp: f64, numbers: usize) {
        let (accuracy, (sum, count)) =
            (&mut self.report.accuracy[choice], &mut self.distances[choice]);
        *sum += sum_ulp;
        *count += numbers;
        accuracy.max_ulp = accuracy.max_ulp.max(max_ulp);
        accuracy.mean_ulp = *sum / (*count).max(1) as f64;
    }

    /// Adds a finding, or counts one more case of a known one.
    fn accuse(&mut self, choice: Option<Choice>, case: &str, violation: Violation) {
        let target = choice.map(Target::from);
        let known = |f: &&mut Finding| f.target == target && f.check == violation.check;
        if let Some(finding) = self.report.findings.iter_mut().find(known) {
            finding.cases += 1;
            return;
        }
        let finding = Finding {
            kernel: self.entry.name,
            target,
            case: case.to_owned(),
            check: violation.check,
            cases: 1,
            detail: violation.detail,
            difference: violation.difference.map(|boxed| *boxed),
        };
        self.observer.found(&finding);
        self.report.findings.push(finding);
    }
}
