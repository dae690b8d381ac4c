//! The paired engine: N variants of one thing, timed inside one run.
//!
//! A shared machine drifts by more than the differences of interest: block after block, the same
//! function differs from itself by a percent. So time is cut into *rounds*; in each round every
//! variant has one block of calls, of about the same length whatever it costs, and only the ratios of
//! times per call within a round are used.
//! The order within the rounds comes from randomly permuted cyclic Latin squares, so that each
//! variant has each place equally often. The median of the log ratios has an exact confidence
//! interval by the sign test: order statistics of the rounds, without a word about how the noise
//! is distributed.

use crate::random::Random;
use crate::waits::Waits;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// How much time a measurement may take, and what it is cut into.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// What all rounds together should take.
    pub budget: Duration,
    /// How long each variant should run in one round.
    pub block: Duration,
    /// Rounds that the intervals need, whatever they cost, within [`Effort::PATIENCE`] budgets.
    pub least_rounds: usize,
    /// More rounds than this are not made, however cheap they are.
    pub most_rounds: usize,
    /// The smallest difference the clock shows. No block is shorter than a hundred of these.
    pub resolution: Duration,
    /// Decides the order of the variants.
    pub seed: u64,
}

impl Effort {
    /// How many budgets a measurement may take to have its least number of rounds.
    pub const PATIENCE: u32 = 4;
    const MIN_ROUNDS: usize = 3;

    /// So many rounds, whatever they take, in blocks of about this length.
    pub fn of_rounds(rounds: usize, block: Duration) -> Effort {
        Effort {
            budget: Duration::MAX / Effort::PATIENCE,
            block,
            least_rounds: rounds,
            most_rounds: rounds,
            resolution: clock_resolution(),
            seed: 42,
        }
    }

    /// Calls per block, from the seconds that one call takes.
    fn calls(&self, seconds: f64) -> u64 {
        let fits = self.block.as_secs_f64() / seconds;
        let resolves = (100.0 * self.resolution.as_secs_f64() / seconds).ceil();
        // A float above u64::MAX becomes u64::MAX: the variant takes no time at all.
        (fits.max(resolves) as u64).clamp(1, MAX_CALLS)
    }

    /// Rounds, when one takes `seconds`.
    fn rounds(&self, seconds: f64) -> usize {
        let affordable = |budget: Duration| (budget.as_secs_f64() / seconds) as usize;
        let patient = affordable(self.budget * Self::PATIENCE).max(Self::MIN_ROUNDS);
        affordable(self.budget).max(self.least_rounds.min(patient)).min(self.most_rounds)
    }
}

/// The smallest difference between two readings of the clock.
pub fn clock_resolution() -> Duration {
    let resolution = || {
        let start = Instant::now();
        std::iter::repeat_with(|| start.elapsed()).find(|passed| !passed.is_zero())
    };
    (0..50).filter_map(|_| resolution()).min().unwrap_or(Duration::from_nanos(1))
}

/// What the rounds gave: seconds per call of each variant in each round.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rounds {
    /// Calls per block of each variant.
    pub calls: Vec<u64>,
    /// Blocks of each variant that were made again.
    pub dropped: Vec<u64>,
    /// Seconds per call: one column per variant, one number per round.
    pub(crate) columns: Vec<Vec<f64>>,
}

/// Times `variants` variants against each other. `run(v, calls)` runs variant `v` that many times
/// and says how long it took.
///
/// The number of rounds is fixed before the first one, from a calibration: stopping when the
/// result looks good would spoil the intervals.
///
/// # Errors
/// The first error of `run`.
pub fn measure<E>(
    variants: usize,
    effort: &Effort,
    run: impl FnMut(usize, u64) -> Result<Duration, E>,
) -> Result<Rounds, E> {
    measure_with(variants, effort, run, || ())
}

/// The same; `turn` is called after each round.
pub(crate) fn measure_with<E>(
    variants: usize,
    effort: &Effort,
    mut run: impl FnMut(usize, u64) -> Result<Duration, E>,
    mut turn: impl FnMut(),
) -> Result<Rounds, E> {
    let mut seconds = Vec::with_capacity(variants);
    for variant in 0..variants {
        seconds.push(calibrate(effort, |calls| run(variant, calls))?);
    }
    let calls: Vec<u64> = seconds.iter().map(|seconds| effort.calls(*seconds)).collect();
    let round = calls.iter().zip(&seconds).map(|(calls, seconds)| *calls as f64 * seconds);
    let rounds = effort.rounds(round.sum());
    let mut order = Order::new(variants, effort.seed);
    let mut columns = vec![Vec::with_capacity(rounds); variants];
    for _ in 0..rounds {
        for &variant in order.next_round() {
            let calls = calls[variant];
            columns[variant].push(per_call(run(variant, calls)?, calls));
        }
        turn();
    }
    Ok(Rounds { calls, dropped: vec![0; variants], columns })
}

/// A block that waited for a core longer than this part of its time is dropped and made again, unless it
/// is so long that the next one would wait, too; and not for ever.
const WAITED_PART: u32 = 50;
const LONG_BLOCK: Duration = Duration::from_millis(4);
const TRIES: u32 = 4;

/// As [`measure`], but a block for which this thread had to wait for a core is made again, and counted.
///
/// # Errors
/// The first error of `run`.
pub fn measure_undisturbed<E>(
    variants: usize,
    effort: &Effort,
    mut run: impl FnMut(usize, u64) -> Result<Duration, E>,
) -> Result<Rounds, E> {
    let waits = Waits::of_this_thread();
    measure_again(variants, effort, |variant, calls| {
        let before = waits.so_far();
        let took = run(variant, calls)?;
        Ok((took, waits.since(before)))
    })
}

/// As [`measure_undisturbed`], for a `run` that also says how long it has waited.
pub(crate) fn measure_again<E>(
    variants: usize,
    effort: &Effort,
    mut run: impl FnMut(usize, u64) -> Result<(Duration, Duration), E>,
) -> Result<Rounds, E> {
    let mut dropped = vec![0; variants];
    let rounds = measure(variants, effort, |variant, calls| {
        for _ in 1..TRIES {
            let (took, waited) = run(variant, calls)?;
            if !is_disturbed(took, waited) {
                return Ok(took);
            }
            dropped[variant] += 1;
        }
        Ok(run(variant, calls)?.0)
    })?;
    Ok(Rounds { dropped, ..rounds })
}

/// What a block's time says is not looked at: only that it waited, and how long it was besides.
fn is_disturbed(took: Duration, waited: Duration) -> bool {
    waited * WAITED_PART > took && took.saturating_sub(waited) < LONG_BLOCK
}

/// The sentence about blocks that were made again, if there were any.
pub fn dropped_in_words(dropped: u64, kept: u64) -> Option<String> {
    let all = dropped + kept;
    (dropped > 0).then(|| {
        format!(
            "{dropped} of {all} samples were dropped and taken again: the process had to wait for a core"
        )
    })
}

/// Seconds per call, roughly: doubles the calls until they take a good part of a block, three
/// times in a row, lest one disturbance pass for slowness. The first call, which warms caches and
/// touches pages, counts only when it takes as long as many blocks, and so does the second one.
fn calibrate<E>(
    effort: &Effort,
    mut run: impl FnMut(u64) -> Result<Duration, E>,
) -> Result<f64, E> {
    let slow = effort.block * 30;
    let first = run(1)?;
    if first >= slow {
        let second = run(1)?;
        if second >= slow {
            return Ok(per_call(first.min(second), 1));
        }
    }
    let enough = effort.block.max(effort.resolution * 100) / 4;
    let mut calls = 1;
    loop {
        let mut fastest = run(calls)?;
        for _ in 0..2 {
            if fastest >= enough {
                fastest = fastest.min(run(calls)?);
            }
        }
        if fastest >= enough || calls >= MAX_CALLS {
            return Ok(per_call(fastest, calls));
        }
        calls *= 2;
    }
}

/// More calls per block than this are not made, however fast they seem.
const MAX_CALLS: u64 = 1 << 40;

/// A block that the clock could not see counts as one nanosecond, so that ratios stay finite.
fn per_call(took: Duration, calls: u64) -> f64 {
    took.max(Duration::from_nanos(1)).as_secs_f64() / calls as f64
}

impl Rounds {
    /// Rounds that were made elsewhere.
    pub(crate) fn of(columns: Vec<Vec<f64>>) -> Rounds {
        Rounds { calls: Vec::new(), dropped: Vec::new(), columns }
    }

    /// How many rounds there were.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }

    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Seconds per call in the variant's best round: what the machine can do undisturbed.
    pub fn best(&self, variant: usize) -> f64 {
        self.columns[variant].iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// Seconds per call in the middle round: what it does on average.
    pub fn median(&self, variant: usize) -> f64 {
        median(&sorted(self.columns[variant].clone()))
    }

    /// The interval of that middle time, which misses the truth with at most probability `alpha`; none
    /// when there were too few rounds.
    pub fn interval(&self, variant: usize, alpha: f64) -> Option<(f64, f64)> {
        interval(&sorted(self.columns[variant].clone()), alpha)
    }

    /// How many times as fast as `base` the variant is, with an interval that misses the truth
    /// with at most probability `alpha`.
    pub fn speed_up(&self, variant: usize, base: usize, alpha: f64) -> SpeedUp {
        let (log, interval) = self.paired(variant, base, alpha, |time, base| (base / time).ln());
        SpeedUp { ratio: log.exp(), interval: interval.map(|(low, high)| (low.exp(), high.exp())) }
    }

    /// How many seconds more a call of the variant takes than one of `base`, with the interval.
    pub(crate) fn more_seconds(
        &self,
        variant: usize,
        base: usize,
        alpha: f64,
    ) -> (f64, Option<(f64, f64)>) {
        self.paired(variant, base, alpha, |time, base| time - base)
    }

    /// The median of what the rounds say about two variants, and the interval of that median.
    fn paired(
        &self,
        variant: usize,
        base: usize,
        alpha: f64,
        says: impl Fn(f64, f64) -> f64,
    ) -> (f64, Option<(f64, f64)>) {
        let pairs = self.columns[variant].iter().zip(&self.columns[base]);
        let said = sorted(pairs.map(|(time, base)| says(*time, *base)).collect());
        (median(&said), interval(&said, alpha))
    }
}

/// A ratio of times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpeedUp {
    /// Median of the rounds' ratios: 2 is twice as fast.
    pub ratio: f64,
    /// Its confidence interval; none when there were too few rounds for one.
    pub interval: Option<(f64, f64)>,
}

fn sorted(mut numbers: Vec<f64>) -> Vec<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        len if len % 2 == 1 => sorted[middle],
        _ => (sorted[middle - 1] + sorted[middle]) / 2.0,
    }
}

/// What encloses the median of these numbers with probability at least `1 - alpha`.
fn interval(sorted: &[f64], alpha: f64) -> Option<(f64, f64)> {
    let rank = sign_test_rank(sorted.len(), alpha)?;
    Some((sorted[rank - 1], sorted[sorted.len() - rank]))
}

/// The rank `k` for which the k-th smallest and the k-th largest of `rounds` numbers enclose the
/// median with probability at least `1 - alpha`: the largest with `2 P(B < k) <= alpha`, where B
/// is binomial with probability 1/2. None when there are too few numbers.
pub fn sign_test_rank(rounds: usize, alpha: f64) -> Option<usize> {
    let mut term = 0.5f64.powi(i32::try_from(rounds).ok()?);
    let mut below = 0.0;
    for k in 0..=rounds / 2 {
        below += 2.0 * term;
        if below > alpha {
            return (k > 0).then_some(k);
        }
        term *= (rounds - k) as f64 / (k + 1) as f64;
    }
    (rounds > 0).then_some(rounds / 2)
}

/// How many rounds an interval with this much alpha takes at least.
pub fn rounds_needed(alpha: f64) -> usize {
    (1..1000).find(|rounds| sign_test_rank(*rounds, alpha).is_some()).unwrap_or(1000)
}

/// The order of the variants in each round: rows of cyclic Latin squares, each with its rows,
/// columns and names permuted at random.
struct Order {
    random: Random,
    square: Vec<Vec<usize>>,
    row: usize,
}

impl Order {
    fn new(variants: usize, seed: u64) -> Order {
        let mut random = Random::new(seed);
        let square = latin_square(variants, &mut random);
        Order { random, square, row: 0 }
    }

    fn next_round(&mut self) -> &[usize] {
        if self.row == self.square.len() {
            self.square = latin_square(self.square.len(), &mut self.random);
            self.row = 0;
        }
        self.row += 1;
        &self.square[self.row - 1]
    }
}

fn latin_square(size: usize, random: &mut Random) -> Vec<Vec<usize>> {
    let (rows, cols, names) =
        (random.permutation(size), random.permutation(size), random.permutation(size));
    let row = |r: &usize| cols.iter().map(|c| names[(r + c) % size]).collect();
    rows.iter().map(row).collect()
}

#[cfg(test)]
mod tests;
