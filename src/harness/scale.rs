//! How a kernel scales: more threads on one problem, and more threads with a problem each.
//!
//! Strong scaling is one problem on `threads:T`, as fast as one thread does it in the same rounds. Weak
//! scaling is T threads that call the kernel at the same time, each on operands of its own that it has made
//! itself: what they take longer than one alone is what they do to each other, by memory most of all. Both are
//! timed as [`compare`](mod@super::compare) times: after the gate, in paired rounds, in several starts of the
//! program, beside one thread once more, whose difference from itself is the noise.

mod plot;
mod point;
mod show;

pub use plot::svg;
pub use point::{Estimate, Point};
pub use show::{COLUMNS, HTML_BEGINS, cells, html, title};

use super::compare::times::{self, CellTimes, Data, Job, JobCell, Problem, Taken, Turn};
use super::compare::{Progress, finding, refuse_unoptimised};
use super::env::{self, Cores, Environment};
use super::gate::{Finding, GateOptions, GateReport};
use super::isolated::{self, can_isolate, refusal};
use crate::exec::Threads;
use crate::kernel::{Choice, Entry};
use crate::{Error, Level};
use abreast_compare::format::bytes;
use abreast_compare::machine::memory;
use abreast_compare::measure::dropped_in_words;
use abreast_compare::ratio::{difference, typical};
use abreast_compare::starts::{Plan, Timings, all_starts, of_each_start};
use abreast_compare::summary::Starts;
use point::Scaling;
use serde::Serialize;
use std::time::Duration;

/// What to measure, and how thoroughly.
#[derive(Debug, Clone)]
pub struct ScaleOptions {
    /// The variant; the kernel's default one unless named.
    pub variant: Option<String>,
    /// The level.
    pub level: Level,
    /// The size; the largest that the comparison sweeps unless given.
    pub n: Option<u64>,
    /// Numbers of threads; one thread is timed in any case.
    pub threads: Vec<usize>,
    /// The seed of operands and of the order of rounds.
    pub seed: u64,
    /// How many process starts the times come from.
    pub starts: u64,
    /// What one start should take, instead of a third of a second for each thing that is timed.
    pub budget: Option<Duration>,
    /// How long one step of the gate may take.
    pub timeout: Duration,
}

impl ScaleOptions {
    /// The default variant at the chosen level on one to all cores, in four starts.
    ///
    /// # Errors
    /// As [`Level::chosen`].
    pub fn new() -> Result<ScaleOptions, Error> {
        Ok(ScaleOptions {
            variant: None,
            level: Level::chosen()?,
            n: None,
            threads: up_to(Cores::here().usable()),
            seed: 42,
            starts: 4,
            budget: None,
            timeout: isolated::TIME_LIMIT,
        })
    }
}

/// One to so many; of many only the powers of two, and the last.
fn up_to(cores: usize) -> Vec<usize> {
    let is_shown = |count: &usize| cores <= 8 || count.is_power_of_two() || *count == cores;
    (1..=cores).filter(is_shown).collect()
}

/// What came out.
#[derive(Debug, Clone, Serialize)]
pub struct Scale {
    /// The kernel.
    pub kernel: &'static str,
    /// What its size counts.
    pub unit: &'static str,
    /// The variant.
    pub variant: &'static str,
    /// Its level.
    pub level: &'static str,
    /// The size.
    pub n: u64,
    /// Bytes of operands and output of one problem.
    pub footprint: u64,
    /// Chunks of one problem: no more threads than these have work.
    pub chunks: usize,
    /// When it began, in UTC.
    pub created: String,
    /// The machine and the build.
    pub environment: Environment,
    /// Starts of the program.
    pub starts: u64,
    /// Rounds of all starts.
    pub rounds: usize,
    /// The probability that any of the intervals misses the truth.
    pub alpha: f64,
    /// What one thread differed from itself: 0.001 is 0.1 %.
    pub noise: Option<f64>,
    /// One problem on so many threads, one first.
    pub strong: Vec<Point>,
    /// So many threads with a problem each, one first.
    pub weak: Vec<Point>,
    /// Whether the variant passed the gate and was timed.
    pub agreed: bool,
    /// What was found against it.
    pub findings: Vec<Finding>,
    /// What the numbers say.
    pub verdict: Vec<String>,
    /// What should make a reader careful.
    pub warnings: Vec<String>,
}

/// What is timed.
struct Asked<'e> {
    entry: &'e Entry,
    choice: Choice,
    n: u64,
    /// Above one, small to large.
    threads: Vec<usize>,
    problem: Problem,
}

/// Sends the variant through the gate, then times it on more and more threads.
///
/// # Errors
/// [`Error::Unoptimised`] for a build whose times would mean nothing; an unknown variant, a size or a number of
/// threads that cannot be.
pub fn scale(
    entry: &Entry,
    options: &ScaleOptions,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Scale, Error> {
    let asked = Asked::new(entry, options)?;
    refuse_unoptimised(cfg!(debug_assertions), env!("ABREAST_OPT_LEVEL"))?;
    let gate = GateOptions {
        variants: vec![asked.choice.variant.to_owned()],
        levels: vec![options.level],
        seed: options.seed,
        quick: true,
    };
    let of = 1 + starts(options) as usize;
    let report = isolated::gate(entry, &gate, options.timeout, &mut |step| {
        progress(Progress { done: 0, of, next: &format!("the gate: {}", step.now) });
    });
    Ok(measured(&asked, options, report, progress))
}

fn starts(options: &ScaleOptions) -> u64 {
    if can_isolate() { options.starts.max(1) } else { 1 }
}

impl<'e> Asked<'e> {
    fn new(entry: &'e Entry, options: &ScaleOptions) -> Result<Asked<'e>, Error> {
        let variant = match &options.variant {
            Some(name) => entry.variant(name)?,
            None => entry.default_variant(),
        };
        let mut threads: Vec<usize> = options.threads.iter().copied().filter(|t| *t > 1).collect();
        threads.sort_unstable();
        threads.dedup();
        let most = threads.last().copied().unwrap_or(1);
        if most > Threads::MAX {
            let rule = format!("must be at most {}", Threads::MAX);
            return Err(Error::argument("threads", most, rule));
        }
        let n = options.n.or_else(|| entry.sweep.last().copied()).unwrap_or(1);
        let case = entry.case(&times::request(n, options.seed)?)?;
        let (footprint, chunks, cost) = (case.footprint() as u64, case.chunks(), case.cost());
        room(footprint, most, memory())?;
        let choice = Choice { variant: variant.name, level: options.level };
        Ok(Asked { entry, choice, n, threads, problem: Problem { footprint, chunks, cost } })
    }

    /// One thread, one thread once more, then each number of threads on one problem and with one each.
    fn turns(&self) -> Vec<(Scaling, Turn)> {
        let turn = |threads, data| Turn { who: Some(0), threads, data };
        let many =
            |scaling, data| self.threads.iter().map(move |threads| (scaling, turn(*threads, data)));
        let one =
            [(Scaling::Strong, turn(1, Data::Shared)), (Scaling::Again, turn(1, Data::Shared))];
        let strong = many(Scaling::Strong, Data::Shared);
        one.into_iter().chain(strong).chain(many(Scaling::Weak, Data::Own)).collect()
    }
}

/// Whether so many problems fit into the machine.
fn room(footprint: u64, threads: usize, memory: Option<u64>) -> Result<(), Error> {
    let wanted = footprint.saturating_mul(threads as u64);
    let Some(memory) = memory.filter(|memory| wanted > *memory) else { return Ok(()) };
    let rule = format!(
        "each has {} of its own, and the machine has {}: fewer, or a smaller --size",
        bytes(footprint),
        bytes(memory)
    );
    Err(Error::argument("threads", threads, rule))
}

/// The probability that any interval of the run misses the truth.
const ALPHA: f64 = 0.05;

fn measured(
    asked: &Asked<'_>,
    options: &ScaleOptions,
    report: GateReport,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Scale {
    let (turns, starts) = (asked.turns(), starts(options));
    let mut scale = asked.nothing_yet(options, starts, report.findings.clone());
    if !report.trusts(asked.choice) {
        return scale;
    }
    let alpha = of_each_start(ALPHA / (turns.len() - 1) as f64, starts);
    let budget = options.budget.unwrap_or(Duration::from_millis(330) * turns.len() as u32);
    let job = |start| Job {
        kernel: asked.entry.name.to_owned(),
        who: vec![asked.choice.into()],
        cells: vec![JobCell { n: asked.n, turns: turns.iter().map(|(_, turn)| *turn).collect() }],
        seed: options.seed,
        plan: Plan::new(start, budget.as_secs_f64(), alpha, 501 / starts as usize + 1),
    };
    let of = 1 + starts as usize;
    let timings = all_starts(vec![asked.choice], starts, |start, _| {
        let next = format!("start {} of {starts}", start + 1);
        progress(Progress { done: 1 + start as usize, of, next: &next });
        let process = isolated::start(None, options.timeout);
        times::one_start(asked.entry, &job(start), &process, &mut |_| ())
    });
    match taken(asked.entry, timings) {
        Ok(rounds) => scale.fill(&turns, &Starts::new(rounds, alpha)),
        Err(finding) => scale.findings.push(*finding),
    }
    scale
}

/// The rounds of all starts, or who failed.
fn taken(
    entry: &Entry,
    timings: Timings<Choice, CellTimes>,
) -> Result<Vec<abreast_compare::measure::Rounds>, Box<Finding>> {
    if let Some((choice, failure)) = timings.failed.into_iter().next() {
        return Err(finding(entry, choice, failure).into());
    }
    if let Some(why) = timings.stopped {
        return Err(refusal(entry, "the times", &why).into());
    }
    let rounds =
        timings.cells.into_iter().map(|cell| cell.taken.map(|Taken { rounds, .. }| rounds));
    rounds.collect::<Result<_, String>>().map_err(|why| refusal(entry, "the operands", &why).into())
}

impl Asked<'_> {
    fn nothing_yet(&self, options: &ScaleOptions, starts: u64, findings: Vec<Finding>) -> Scale {
        let environment = Environment::here(options.seed);
        Scale {
            kernel: self.entry.name,
            unit: self.entry.unit,
            variant: self.choice.variant,
            level: self.choice.level.name(),
            n: self.n,
            footprint: self.problem.footprint,
            chunks: self.problem.chunks,
            created: env::now(),
            warnings: self.warnings(&environment),
            environment,
            starts,
            rounds: 0,
            alpha: ALPHA,
            noise: None,
            strong: Vec::new(),
            weak: Vec::new(),
            agreed: false,
            findings,
            verdict: Vec::new(),
        }
    }

    fn warnings(&self, environment: &Environment) -> Vec<String> {
        let (cores, chunks) = (environment.machine.cores.allowed, self.problem.chunks);
        let mut warnings: Vec<String> = environment.machine.crowded().into_iter().collect();
        let most = self.threads.last().copied().unwrap_or(1);
        if most > cores {
            warnings.push(format!("{most} threads share {cores} cores: they take turns"));
        }
        if most > chunks {
            warnings.push(format!(
                "one problem of this size has {chunks} chunks: more threads than that have nothing to do"
            ));
        }
        warnings
    }
}

impl Scale {
    /// Makes points of the columns.
    fn fill(&mut self, turns: &[(Scaling, Turn)], starts: &Starts) {
        let columns = |scaling: Scaling| {
            let of = move |(_, (kind, _)): &(usize, &(Scaling, Turn))| *kind == scaling;
            turns.iter().enumerate().filter(of).map(|(column, (_, turn))| (column, turn.threads))
        };
        self.noise = columns(Scaling::Again)
            .filter_map(|(again, _)| starts.furthest(again, 0).map(difference))
            .next();
        let noise = typical(self.noise.into_iter());
        let cores = self.environment.machine.cores.allowed;
        let point =
            |scaling, (column, threads)| Point::new(scaling, threads, starts, column, noise, cores);
        self.strong = columns(Scaling::Strong).map(|at| point(Scaling::Strong, at)).collect();
        // One thread with a problem is one thread with a problem of its own.
        let one = self.strong.first().copied();
        let more = columns(Scaling::Weak).map(|at| point(Scaling::Weak, at));
        self.weak = one.into_iter().chain(more).collect();
        self.rounds = starts.rounds();
        self.agreed = true;
        let dropped: u64 = (0..turns.len()).map(|column| starts.dropped(column)).sum();
        self.warnings.extend(dropped_in_words(dropped, (self.rounds * turns.len()) as u64));
        self.verdict = show::verdict(self);
    }
}

#[cfg(test)]
mod tests;
