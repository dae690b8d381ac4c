//! What the machine can do: measured limits of loads, copies and arithmetic, and how near to them
//! a kernel comes.
//!
//! The model is the roofline: a call that reads, writes and computes so much cannot be faster than
//! the slowest of the three alone. Limits are measured for each level and number of threads, for
//! memory at each power of two of the working set, of which the one that a kernel's footprint holds
//! is taken. They are the best of several tries in memory that was just used, like the times they are
//! compared with.

mod loops;
mod survey;
mod plot;

pub use plot::picture;
pub use survey::{Call, Survey, nearest};

use super::model::{Row, Share};
use crate::kernel::Arithmetic;
use crate::sample::Aligned;
use crate::{Error, Level};
use loops::{Loop, MIN_WORDS};
use serde::Serialize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The machine's limits.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Roofline {
    /// Reading, in one stream or in four, and doing next to nothing with what was read.
    pub loads: Vec<Bandwidth>,
    /// Writing what was read: one half of the working set to the other, or each word to its place.
    pub copies: Vec<Bandwidth>,
    /// Computing in registers.
    pub peaks: Vec<Peak>,
    /// How near the two measurements of a limit are to each other, in the middle over all limits: the lower one over
    /// the higher one. None where there was only one.
    pub repeat: Option<f64>,
}

/// A memory limit.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Bandwidth {
    /// The level.
    pub level: &'static str,
    /// How many threads, each on memory of its own.
    pub threads: usize,
    /// The working set of one thread.
    pub bytes: u64,
    /// All threads together; where something is written, bytes read and bytes written.
    pub gb_per_second: f64,
}

/// An arithmetic limit.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Peak {
    /// The level.
    pub level: &'static str,
    /// How many threads.
    pub threads: usize,
    /// `f64`, `f32` or `int`.
    pub arithmetic: &'static str,
    /// Fused multiply-adds, which count twice. Otherwise as many additions as multiplications;
    /// for integers, additions of 64 bits.
    pub fused: bool,
    /// All threads together.
    pub gflops: f64,
}

impl Peak {
    /// `f64 fused`.
    pub fn name(&self) -> String {
        format!("{}{}", self.arithmetic, if self.fused { " fused" } else { "" })
    }
}

/// What bounds a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Limit {
    /// Reading memory.
    Load,
    /// Writing memory, as fast as a copy or a change in place writes.
    Copy,
    /// Computing.
    Arithmetic,
}

/// The name of an arithmetic in reports.
pub const fn arithmetic_name(arithmetic: Arithmetic) -> &'static str {
    match arithmetic {
        Arithmetic::F64 => "f64",
        Arithmetic::F32 => "f32",
        Arithmetic::Int => "int",
    }
}

impl Roofline {
    /// How near to the roofline the call in `row` comes, for a kernel with this arithmetic that may
    /// fuse or not. None when the limits of the row's level and number of threads were not
    /// measured, or when the call costs nothing.
    pub fn share(&self, arithmetic: Arithmetic, fused: bool, row: &Row) -> Option<Share> {
        let set = row.footprint / row.threads.max(1) as u64;
        let load = bandwidth(&self.loads, row, set)?;
        // Half of what a copy moves is written.
        let write = bandwidth(&self.copies, row, set)? / 2.0;
        let peak = self.peak(arithmetic, fused, row)?;
        let least = [
            (row.read as f64 / load, Limit::Load),
            (row.written as f64 / write, Limit::Copy),
            (row.flops as f64 / peak, Limit::Arithmetic),
        ];
        let (nanoseconds, limit) = least.into_iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
        let share = nanoseconds * 1e-9 / row.best_seconds;
        (share > 0.0).then_some(Share { share, limit })
    }

    /// The peak for the kernel's arithmetic, fused where the kernel may and the level can.
    fn peak(&self, arithmetic: Arithmetic, fused: bool, row: &Row) -> Option<f64> {
        let fits = |peak: &&Peak| {
            peak.level == row.level
                && peak.threads == row.threads
                && (fused || !peak.fused)
                && peak.arithmetic == arithmetic_name(arithmetic)
        };
        self.peaks.iter().filter(fits).map(|peak| peak.gflops).reduce(f64::max)
    }
}

/// The limit of the largest working set that `set` holds, or of the smallest of all: what does not fit a cache any
/// more is slower, and a limit is what nobody passes.
fn bandwidth(measured: &[Bandwidth], row: &Row, set: u64) -> Option<f64> {
    let here = || measured.iter().filter(|b| b.level == row.level && b.threads == row.threads);
    let within = here().filter(|b| b.bytes <= set).max_by_key(|b| b.bytes);
    within.or_else(|| here().min_by_key(|b| b.bytes)).map(|b| b.gb_per_second)
}

/// One thing to measure.
#[derive(Debug, Clone, Copy)]
struct Probe {
    level: Level,
    what: Loop,
}

/// Measures the limits for each level and number of threads. Takes about a second per number.
///
/// # Errors
/// [`Error::Memory`] when there is not even memory for the smallest working set.
pub fn roofline(levels: &[Level], threads: &[usize]) -> Result<Roofline, Error> {
    limits(levels, threads, MAX_WORDS, 7)
}

/// 64 MiB in words of 8 bytes: the largest working set of one thread.
const MAX_WORDS: usize = 1 << 23;

fn limits(
    levels: &[Level],
    threads: &[usize],
    most_words: usize,
    tries: usize,
) -> Result<Roofline, Error> {
    let mut roofline = Roofline::default();
    for &threads in threads {
        let words = available_words(most_words, threads)?;
        let probes: Vec<Probe> = levels
            .iter()
            .flat_map(|&level| Loop::all(level, words).map(move |what| Probe { level, what }))
            .collect();
        for (probe, seconds) in probes.iter().zip(together(&probes, threads, words, tries)) {
            let amount = probe.what.amount(probe.level) as f64 * threads as f64;
            roofline.note(probe, threads, amount / seconds / 1e9);
        }
    }
    Ok(roofline)
}

impl Roofline {
    /// Takes the better of two measurements of the same limits: a roofline is what the machine can
    /// do, and a disturbance only ever lowers it.
    pub(super) fn raise(&mut self, mut again: Roofline) {
        let mut repeats = Vec::new();
        for (mine, other) in self.rates().zip(again.rates()) {
            repeats.push(mine.min(*other) / mine.max(*other));
            *mine = mine.max(*other);
        }
        repeats.sort_by(f64::total_cmp);
        self.repeat = repeats.get(repeats.len() / 2).copied();
    }

    fn rates(&mut self) -> impl Iterator<Item = &mut f64> {
        let memory = self.loads.iter_mut().chain(&mut self.copies);
        memory.map(|b| &mut b.gb_per_second).chain(self.peaks.iter_mut().map(|p| &mut p.gflops))
    }

    fn note(&mut self, probe: &Probe, threads: usize, rate: f64) {
        let level = probe.level.name();
        let memory = |words: usize| {
            let bytes = words as u64 * 8;
            Bandwidth { level, threads, bytes, gb_per_second: rate }
        };
        match probe.what {
            Loop::Load { words, four: false } => self.loads.push(memory(words)),
            // The better way to read counts; one stream was tried just before.
            Loop::Load { four: true, .. } => raise_last(&mut self.loads, rate),
            Loop::Copy { words } => self.copies.push(memory(words)),
            // The better way to write counts; the copy was tried just before.
            Loop::Update { .. } => raise_last(&mut self.copies, rate),
            Loop::Compute { arithmetic, fused } => {
                let arithmetic = arithmetic_name(arithmetic);
                self.peaks.push(Peak { level, threads, arithmetic, fused, gflops: rate });
            }
        }
    }
}

fn raise_last(measured: &mut [Bandwidth], rate: f64) {
    if let Some(last) = measured.last_mut() {
        last.gb_per_second = last.gb_per_second.max(rate);
    }
}

/// The largest power of two up to `most` words that each thread can have, twice over.
fn available_words(most: usize, threads: usize) -> Result<usize, Error> {
    let bytes = |words: usize| words.saturating_mul(8 * 2 * threads);
    let fits = |words: &usize| Vec::<u8>::new().try_reserve_exact(bytes(*words)).is_ok();
    let least = Error::Memory { bytes: bytes(MIN_WORDS), purpose: "measuring the roofline" };
    let halves = std::iter::successors(Some(most), |words| Some(words / 2));
    halves.take_while(|words| *words >= MIN_WORDS).find(fits).ok_or(least)
}

/// Runs every probe on all threads at the same time; seconds of the slowest thread in the best of
/// several tries, for each probe. All probes are tried once before any is tried again: a
/// disturbance then hits one try of many probes, not all tries of one.
fn together(probes: &[Probe], threads: usize, words: usize, tries: usize) -> Vec<f64> {
    let line = StartingLine::new(threads);
    let lane = || -> Vec<Duration> {
        let mut memory = Aligned::from(&vec![0u64; words + tries * SHIFT][..]);
        let mut one = |attempt: usize, probe: &Probe| {
            let memory = &mut memory.as_mut_slice()[attempt * SHIFT..];
            // What other probes have displaced is back in the caches when the clock starts.
            probe.what.run(probe.level, memory, 1);
            line.wait();
            let clock = Instant::now();
            probe.what.run(probe.level, memory, probe.what.passes());
            clock.elapsed()
        };
        let attempts = (0..tries).flat_map(|attempt| probes.iter().map(move |p| (attempt, p)));
        attempts.map(|(attempt, probe)| one(attempt, probe)).collect()
    };
    let lanes: Vec<Vec<Duration>> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(lane)).collect();
        let mut lanes = vec![lane()];
        lanes.extend(others.into_iter().map(|other| other.join().expect("loops do not panic")));
        lanes
    });
    let slowest = |run: usize| lanes.iter().map(|lane| lane[run]).max();
    let runs = |probe: usize| (probe..probes.len() * tries).step_by(probes.len());
    let best = |probe| runs(probe).filter_map(slowest).min().unwrap_or_default();
    let seconds = |probe| best(probe).max(Duration::from_nanos(1)).as_secs_f64();
    (0..probes.len()).map(seconds).collect()
}

/// Words between the executors in memory where the tries work. Some addresses are unlucky: caches
/// that guess the way from a few bits of the address can halve their speed on them.
const SHIFT: usize = 2048;

/// Where threads wait for each other, awake: a sleeping thread would start late.
pub(super) struct StartingLine {
    threads: usize,
    arrived: AtomicUsize,
}

impl StartingLine {
    pub(super) fn new(threads: usize) -> StartingLine {
        StartingLine { threads, arrived: AtomicUsize::new(0) }
    }

    pub(super) fn wait(&self) {
        let mine = self.arrived.fetch_add(1, Ordering::AcqRel);
        let full = (mine / self.threads + 1) * self.threads;
        while self.arrived.load(Ordering::Acquire) < full {
            // Gives way where there are more threads than cores.
            std::thread::yield_now();
        }
    }
}

#[cfg(test)]
mod tests;
