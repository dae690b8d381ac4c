//! What small things cost: rows that take turns, the median of each, and how much more it is than that
//! of another row.

use crate::measure::{Effort, measure_with};
use serde::Serialize;
use std::convert::Infallible;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// One thing to price.
pub struct Row<'r> {
    /// Does it so many times, and says how long that took.
    pub run: &'r dyn Fn(u64) -> Duration,
    /// Which row it is compared with: its own number where it is compared with none.
    pub base: usize,
}

/// What a row costs, in nanoseconds each.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Price {
    /// In the middle round.
    pub ns: f64,
    /// The median of what it cost more than the row it is compared with, round by round.
    pub over_ns: f64,
    /// The lower end of its interval; none when there were too few rounds for one.
    pub low_ns: Option<f64>,
    /// The upper end.
    pub high_ns: Option<f64>,
}

impl Price {
    /// Whether the rounds show a difference at all.
    pub fn differs(&self) -> bool {
        self.low_ns.is_some_and(|low| low > 0.0) || self.high_ns.is_some_and(|high| high < 0.0)
    }
}

/// What all rows cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Prices {
    /// As many as there were rows.
    pub rows: Vec<Price>,
    /// A loop around nothing, in the same rounds.
    pub empty_ns: f64,
}

/// The probability that any of the intervals misses the truth.
const ALPHA: f64 = 0.01;

/// Prices the rows: in each of so many rounds every row has a block of about this length, and the order
/// changes from round to round. `turn` is called after each round, outside of any block.
pub fn prices(rows: &[Row<'_>], rounds: usize, block: Duration, turn: impl FnMut()) -> Prices {
    let effort = Effort::of_rounds(rounds, block);
    let run = |row: usize, times| {
        Ok::<_, Infallible>(rows.get(row).map_or_else(|| empty(times), |row| (row.run)(times)))
    };
    let Ok(found) = measure_with(rows.len() + 1, &effort, run, turn);
    let alpha = ALPHA / rows.len().max(1) as f64;
    let price = |(i, row): (usize, &Row<'_>)| {
        let (over, interval) = found.more_seconds(i, row.base, alpha);
        Price {
            ns: 1e9 * found.median(i),
            over_ns: 1e9 * over,
            low_ns: interval.map(|(low, _)| 1e9 * low),
            high_ns: interval.map(|(_, high)| 1e9 * high),
        }
    };
    Prices {
        rows: rows.iter().enumerate().map(price).collect(),
        empty_ns: 1e9 * found.median(rows.len()),
    }
}

fn empty(times: u64) -> Duration {
    let clock = Instant::now();
    for i in 0..times {
        black_box(i);
    }
    clock.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clocks that do not tick by themselves: what is asserted is arithmetic, not speed.
    fn takes(micros: u64) -> impl Fn(u64) -> Duration {
        move |times| Duration::from_micros(micros * times)
    }

    #[test]
    fn a_price_is_per_call_and_each_row_has_its_own() {
        let (three, one) = (takes(3), takes(1));
        let rows = [Row { run: &three, base: 1 }, Row { run: &one, base: 1 }];
        let mut turns = 0;
        let found = prices(&rows, 20, Duration::from_micros(500), || turns += 1);
        assert_eq!(turns, 20);
        let [first, base] = found.rows[..] else { panic!("{found:?}") };
        assert!((first.ns - 3000.0).abs() < 1e-6 && (base.ns - 1000.0).abs() < 1e-6, "{found:?}");
        assert!((first.over_ns - 2000.0).abs() < 1e-6 && first.differs(), "{found:?}");
        assert!(base.over_ns == 0.0 && !base.differs(), "{found:?}");
        assert!(found.empty_ns > 0.0 && found.empty_ns.is_finite());
    }

    #[test]
    fn a_difference_that_the_rounds_do_not_agree_on_is_none() {
        let calls = std::cell::Cell::new(0);
        let unsteady = |times| {
            calls.set(calls.get() + 1);
            Duration::from_micros(if calls.get() % 2 == 0 { 9 } else { 11 }) * times as u32
        };
        let steady = takes(10);
        let rows = [Row { run: &unsteady, base: 1 }, Row { run: &steady, base: 1 }];
        let found = prices(&rows, 40, Duration::from_micros(500), || ());
        let ends = found.rows[0].low_ns.zip(found.rows[0].high_ns);
        assert!(ends.is_some_and(|(low, high)| low < 0.0 && high > 0.0), "{found:?}");
        assert!(!found.rows[0].differs());
        // Too few rounds for an interval: nothing is said of a difference, however large.
        let rows = [Row { run: &steady, base: 1 }, Row { run: &takes(1), base: 1 }];
        let found = prices(&rows, 3, Duration::from_micros(500), || ());
        assert_eq!((found.rows[0].low_ns, found.rows[0].differs()), (None, false));
    }
}
