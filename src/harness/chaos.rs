//! Chaos: worker processes are killed and stopped at random while they work, and harm themselves:
//! they exit, cut files short, close descriptors, talk nonsense. Nothing may show of it - not in a
//! result, not in what the process has left over afterwards.

mod leaks;
mod ends;
mod inside;
mod watchdog;

pub use ends::{Times, orphaned, overdue, victim};
pub use inside::prepare_worker;
pub use leaks::Leaks;
pub use watchdog::Hung;

use crate::exec::{Control, Event, Executor, Procs, Report, Signal};
use crate::kernel::{Case, Choice, Entry, Request};
use crate::sample::splitmix64;
use crate::{Error, Fault};
use inside::Inside;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use watchdog::Watchdog;

/// How bad it gets, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// About how long altogether.
    pub time: Duration,
    /// Worker processes.
    pub workers: usize,
    /// A worker is killed this often, or as often as lets workers start, if that takes longer.
    pub kill_every: Duration,
    /// A worker is stopped this often; only a deadline finds it.
    pub stop_every: Duration,
    /// Each worker harms itself about this often.
    pub harm_every: Duration,
    /// A run that takes longer than this hangs.
    pub patience: Duration,
    /// The seed of the operands and of who is hit.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            time: Duration::from_secs(10),
            workers: 2,
            kill_every: Duration::from_millis(10),
            stop_every: Duration::from_millis(100),
            harm_every: Duration::from_millis(50),
            patience: Duration::from_secs(120),
            seed: 42,
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Chaos {
    /// One per kernel.
    pub rounds: Vec<Round>,
    /// Seconds between two kills.
    pub kill_every: f64,
    /// SIGKILLs that hit a worker.
    pub kills: u64,
    /// SIGSTOPs that hit one.
    pub stops: u64,
    /// What workers did to themselves, and how often it was begun.
    pub inside: BTreeMap<&'static str, u64>,
    /// Workers that were buried.
    pub lost_workers: usize,
    /// Chunks that were begun again.
    pub retried: usize,
    /// Workers that took a dead one's place.
    pub respawned: usize,
    /// Time of the disturbed runs over that of the same number of undisturbed ones.
    pub slowdown: f64,
    /// What this process has now and did not have before: descriptors, children, shared memory.
    pub left_over: Vec<String>,
}

/// One kernel, undisturbed and disturbed.
#[derive(Debug, Clone, Serialize)]
pub struct Round {
    /// The kernel.
    pub kernel: &'static str,
    /// The size of the problem.
    pub n: u64,
    /// How many chunks each run has.
    pub chunks: usize,
    /// Disturbed runs, and as many undisturbed ones.
    pub runs: usize,
    /// Disturbed runs whose bits are not those of a serial run, or that did a chunk twice or never.
    pub wrong: usize,
    /// What runs ended with that should not have: none.
    pub faults: Vec<String>,
    /// Seconds of the undisturbed runs.
    pub undisturbed_seconds: f64,
    /// Seconds of the disturbed runs.
    pub disturbed_seconds: f64,
}

impl Chaos {
    /// Whether every result was right and nothing is left.
    pub fn is_well(&self) -> bool {
        let is_well = |round: &Round| round.runs > 0 && round.wrong == 0 && round.faults.is_empty();
        !self.rounds.is_empty() && self.rounds.iter().all(is_well) && self.left_over.is_empty()
    }
}

/// Runs every kernel of `entries` on worker processes, first in peace and then as often again while
/// the workers are killed and stopped and harm themselves, if their `main` calls [`prepare_worker`].
/// `tell` hears which kernel is next, and `hung` of a run that does not end, on another thread: it will
/// want to end the program.
///
/// # Errors
/// [`Fault::NoWorkerEntry`] when this program cannot be its own worker; what the undisturbed runs
/// report.
pub fn chaos(
    entries: &[&Entry],
    mut options: Options,
    tell: &mut dyn FnMut(&'static str),
    hung: &(dyn Fn(&Hung) + Sync),
) -> Result<Chaos, Fault> {
    // What the machine keeps for later, such as the threads of a pool, is there from now on.
    let before = Leaks::now();
    let tally = Tally::default();
    let mut rounds = Vec::new();
    let mut totals = Report::default();
    let counts;
    {
        let executor = Procs::new(options.workers)?;
        let inside = Inside::prepare(executor);
        let (executor, inside) = inside.map_err(|why| Fault::Io {
            what: "share what is counted".to_owned(),
            why: why.to_string(),
        })?;
        if let Some(first) = entries.first() {
            // Whoever is killed before saying hello has not even begun: on a slow machine nobody
            // would ever get anything done.
            options.kill_every =
                options.kill_every.max(2 * startup(first, &executor, options.seed)?);
            options.stop_every = options.stop_every.max(5 * options.kill_every);
            options.harm_every = options.harm_every.max(5 * options.kill_every);
        }
        let time = options.time / entries.len().max(1) as u32;
        let watchdog = Watchdog::default();
        let scene =
            Scene { executor: &executor, inside: &inside, tally: &tally, watchdog: &watchdog };
        watchdog.over(options.patience, hung, &executor, || -> Result<(), Fault> {
            for entry in entries {
                tell(entry.name);
                rounds.push(round(entry, &scene, options, time, &mut totals)?);
            }
            Ok(())
        })?;
        counts = inside.counts();
    }
    let sum = |seconds: fn(&Round) -> f64| rounds.iter().map(seconds).sum::<f64>();
    Ok(Chaos {
        slowdown: sum(|round| round.disturbed_seconds) / sum(|round| round.undisturbed_seconds),
        rounds,
        kill_every: options.kill_every.as_secs_f64(),
        kills: tally.kills.into_inner(),
        stops: tally.stops.into_inner(),
        inside: counts,
        lost_workers: totals.lost_workers,
        retried: totals.retried,
        respawned: totals.respawned,
        left_over: Leaks::now().beyond(&before),
    })
}

/// How long the first run takes on workers that have to be started.
fn startup(entry: &Entry, executor: &Procs, seed: u64) -> Result<Duration, Fault> {
    let case =
        entry.case(&Request { seed, ..Request::size(entry.sizes.last().copied().unwrap_or(1)) })?;
    let began = Instant::now();
    one(&*case, entry.choice()?, executor, &Control::default(), &mut Report::default())?;
    Ok(began.elapsed())
}

/// What all rounds have in common.
struct Scene<'s> {
    executor: &'s Procs,
    inside: &'s Inside,
    tally: &'s Tally,
    watchdog: &'s Watchdog,
}

/// Signals that hit.
#[derive(Default)]
struct Tally {
    kills: AtomicU64,
    stops: AtomicU64,
}

/// Of each problem as many chunks, if it has as many rows.
const CHUNKS: u64 = 10_000;

/// The most operations of one run.
const MAX_WORK: u64 = 50_000_000;

/// The heaviest problem of the kernel's sweep that is quick to run, in many chunks.
fn problem(entry: &Entry, seed: u64) -> Result<Box<dyn Case>, Error> {
    let make = |n: &u64| entry.case(&Request { seed, ..Request::size(*n) });
    let is_quick = |case: &dyn Case| case.cost().flops.max(case.cost().elements) <= MAX_WORK;
    let mut chosen = None;
    for n in entry.sweep {
        let case = make(n)?;
        if chosen.is_none() || is_quick(&*case) {
            chosen = Some(case);
        }
    }
    let rule = "must have a size to sweep";
    let mut case = chosen.ok_or_else(|| Error::argument("sweep", entry.name, rule))?;
    let mut rows = (case.n() / CHUNKS).max(1);
    case.set_chunk(rows)?;
    // What a row is depends on the kernel.
    while case.chunks() < CHUNKS as usize && rows > 1 {
        rows /= 2;
        case.set_chunk(rows)?;
    }
    Ok(case)
}

fn round(
    entry: &Entry,
    scene: &Scene<'_>,
    options: Options,
    time: Duration,
    totals: &mut Report,
) -> Result<Round, Fault> {
    let Scene { executor, watchdog, .. } = *scene;
    let case = problem(entry, options.seed)?;
    let choice = entry.choice()?;
    let expected = case.run(choice, 0, &mut |tasks| serially(tasks))?.hash;
    let mut round = Round {
        kernel: entry.name,
        n: case.n(),
        chunks: case.chunks(),
        runs: 0,
        wrong: 0,
        faults: Vec::new(),
        undisturbed_seconds: 0.0,
        disturbed_seconds: 0.0,
    };
    // A worker may have harmed itself just before it was told to stop that.
    let slow = Some(Duration::from_secs(20));
    let peace = Control { deadline: slow, attempts: u32::MAX, ..Control::default() };
    let quiet = || {
        watchdog.run(entry.name, || one(&*case, choice, executor, &peace, &mut Report::default()))
    };
    // Once for all of the workers to start.
    quiet()?;
    let began = Instant::now();
    while round.runs == 0 || began.elapsed() < time / 3 {
        let undisturbed = quiet()?;
        round.undisturbed_seconds += undisturbed.seconds;
        round.runs += 1;
    }
    let each = round.undisturbed_seconds / round.runs as f64 * options.workers as f64;
    let deadline = Duration::from_secs_f64(0.03 + 20.0 * each / round.chunks as f64);
    // Nobody knows whose fault a death is, so no chunk is given up for it.
    let control = Control { deadline: Some(deadline), attempts: u32::MAX, ..Control::default() };
    disturbed(scene, options, || {
        for _ in 0..round.runs {
            match watchdog.run(entry.name, || one(&*case, choice, executor, &control, totals)) {
                Ok(run) => {
                    round.disturbed_seconds += run.seconds;
                    let is_right = run.hash == expected && run.ended == round.chunks as u64;
                    round.wrong += usize::from(!is_right);
                }
                Err(fault) => round.faults.push(fault.to_string()),
            }
        }
    });
    Ok(round)
}

fn serially(tasks: &dyn crate::Tasks) -> Result<(), Fault> {
    crate::exec::Serial.run(tasks, &Control::default()).map(drop)
}

/// One run.
struct One {
    hash: u64,
    seconds: f64,
    /// How many times a chunk ended well.
    ended: u64,
}

fn one(
    case: &dyn Case,
    choice: Choice,
    executor: &Procs,
    control: &Control<'_>,
    totals: &mut Report,
) -> Result<One, Fault> {
    let ended = AtomicU64::new(0);
    let count = |event| {
        if let Event::End { ok: true, .. } = event {
            ended.fetch_add(1, Ordering::Relaxed);
        }
    };
    let control = Control { on_event: Some(&count), ..*control };
    let answer = case.run(choice, 0x3F, &mut |tasks| {
        let report = executor.run(tasks, &control)?;
        totals.lost_workers += report.lost_workers;
        totals.retried += report.retried;
        totals.respawned += report.respawned;
        Ok(())
    })?;
    Ok(One { hash: answer.hash, seconds: answer.took.as_secs_f64(), ended: ended.into_inner() })
}

/// Does `work` while workers are killed and stopped and harm themselves.
fn disturbed(scene: &Scene<'_>, options: Options, work: impl FnOnce()) {
    let over = AtomicBool::new(false);
    scene.inside.set(options.harm_every);
    std::thread::scope(|threads| {
        threads.spawn(|| disturb(scene.executor, options, scene.tally, &over));
        work();
        over.store(true, Ordering::Relaxed);
    });
    scene.inside.set(Duration::ZERO);
}

fn disturb(executor: &Procs, options: Options, tally: &Tally, over: &AtomicBool) {
    let (mut next_kill, mut next_stop) = (options.kill_every, options.stop_every);
    let began = Instant::now();
    for blow in 0.. {
        let next = next_kill.min(next_stop);
        std::thread::sleep(next.saturating_sub(began.elapsed()));
        if over.load(Ordering::Relaxed) {
            return;
        }
        let whom = splitmix64(options.seed, blow) as usize % options.workers;
        let (harm, count) = if next == next_kill {
            next_kill += options.kill_every;
            (Signal::Kill, &tally.kills)
        } else {
            next_stop += options.stop_every;
            (Signal::Stop, &tally.stops)
        };
        count.fetch_add(u64::from(executor.signal(whom, harm)), Ordering::Relaxed);
    }
}
