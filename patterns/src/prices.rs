//! What each pattern costs on this machine: the right way against its baseline, taking turns.

use crate::index::{Cost, Pair, Row};
use serde::Serialize;
use std::time::{Duration, Instant};

/// The prices of one pattern.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Priced {
    /// Its number in the catalogue.
    pub number: u8,
    /// Its module.
    pub name: &'static str,
    /// Its pairs, measured; none where nothing is left to measure.
    pub prices: Vec<Price>,
    /// Why there is nothing to measure, where that is so.
    pub nothing: Option<&'static str>,
}

/// One pair, measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Price {
    /// What was timed.
    pub what: &'static str,
    /// Nanoseconds each, best sample.
    pub ns: f64,
    /// What it is compared with.
    pub baseline: &'static str,
    /// Nanoseconds each, best sample.
    pub baseline_ns: f64,
    /// How far the best samples of the even and of the odd rounds lie apart, the larger of the two
    /// sides: a difference smaller than this means nothing.
    pub spread_ns: f64,
}

impl Price {
    /// What the pattern costs more than its baseline.
    pub fn over_ns(&self) -> f64 {
        self.ns - self.baseline_ns
    }
}

/// How long a sample should take: long against the clock, short against a time slice.
const SAMPLE: Duration = Duration::from_micros(500);
/// Samples of each side.
pub const ROUNDS: usize = 40;

/// Measures these patterns (`index::PATTERNS` is all of them); takes a few seconds for all.
///
/// All sides of all pairs take turns, each sample half a millisecond long, and the best one counts:
/// whatever else the machine does can only add time, and a bad second spoils no pattern. `turn` is
/// called after each of the [`ROUNDS`], outside of any sample.
///
/// Only an optimised build says anything.
pub fn of(rows: &[&Row], mut turn: impl FnMut()) -> Vec<Priced> {
    warm_up();
    let mut sides: Vec<[Side; 2]> = rows.iter().flat_map(|row| pairs(row)).map(both).collect();
    for round in 0..ROUNDS {
        sides.iter_mut().flatten().for_each(|side| side.sample(round));
        turn();
    }
    let mut sides = sides.iter();
    let priced = rows.iter().map(|row| {
        let prices = pairs(row).iter().zip(&mut sides).map(|(pair, sides)| price(pair, sides));
        let (number, name) = (row.number, row.name);
        Priced { number, name, prices: prices.collect(), nothing: row.cost.nothing() }
    });
    priced.collect()
}

/// How long a core is kept busy before the first sample: the clock of one that was idle needs a while.
const WARM_UP: Duration = Duration::from_millis(500);

fn warm_up() {
    let clock = Instant::now();
    while clock.elapsed() < WARM_UP {
        std::hint::spin_loop();
    }
}

fn pairs(row: &Row) -> &'static [Pair] {
    match row.cost {
        Cost::Measured(pairs) => pairs,
        Cost::Nothing(_) | Cost::Unbuilt { .. } => &[],
    }
}

fn both(pair: &Pair) -> [Side; 2] {
    [Side::new(pair.run), Side::new(pair.run_baseline)]
}

fn price(pair: &Pair, [this, other]: &[Side; 2]) -> Price {
    Price {
        what: pair.what,
        ns: this.ns(),
        baseline: pair.baseline,
        baseline_ns: other.ns(),
        spread_ns: this.spread().max(other.spread()),
    }
}

struct Side {
    run: fn(u64) -> Duration,
    times: u64,
    /// Nanoseconds each, of the best even and odd round.
    best: [f64; 2],
}

impl Side {
    fn new(run: fn(u64) -> Duration) -> Side {
        Side { run, times: enough(run), best: [f64::INFINITY; 2] }
    }

    fn sample(&mut self, round: usize) {
        let ns = (self.run)(self.times).as_secs_f64() * 1e9 / self.times as f64;
        let best = &mut self.best[round % 2];
        *best = best.min(ns);
    }

    fn ns(&self) -> f64 {
        self.best[0].min(self.best[1])
    }

    fn spread(&self) -> f64 {
        (self.best[0] - self.best[1]).abs()
    }
}

/// How often to run it for one sample: doubled until the best of three takes long enough, since one
/// alone may have been interrupted.
fn enough(run: fn(u64) -> Duration) -> u64 {
    let mut times = 1;
    while (0..3).any(|_| run(times) < SAMPLE) && times < 1 << 24 {
        times *= 2;
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::PATTERNS;

    #[test]
    fn a_price_is_per_call_and_each_side_its_own() {
        // A clock that does not tick by itself: what is asserted is arithmetic, not speed.
        let pair = Pair {
            what: "3 us",
            run: |times| Duration::from_micros(3) * times as u32,
            baseline: "1 us",
            run_baseline: |times| Duration::from_micros(1) * times as u32,
        };
        let mut sides = both(&pair);
        (0..ROUNDS).for_each(|round| sides.iter_mut().for_each(|side| side.sample(round)));
        let price = price(&pair, &sides);
        assert!((price.ns - 3000.0).abs() < 1e-6, "{price:?}");
        assert!((price.over_ns() - 2000.0).abs() < 1e-6, "{price:?}");
        assert_eq!(price.spread_ns, 0.0);
    }

    #[test]
    fn every_pattern_has_a_price_or_a_reason() {
        for row in PATTERNS {
            match row.cost {
                Cost::Measured(pairs) => assert!(!pairs.is_empty(), "{}", row.name),
                Cost::Nothing(why) | Cost::Unbuilt { why, .. } => {
                    assert!(!why.is_empty(), "{}", row.name);
                }
            }
        }
    }
}
