//! From the rounds of several starts to one row each.

use crate::group::Facts;
use crate::machine::Cores;
use crate::measure::{Rounds, SpeedUp};
use crate::message::{Timed, TimedRow};
use crate::ratio::{Ratio, Standing, difference, typical};
use crate::results::{Cell, EmptyCall, Row};
use crate::variant::Kind;
use std::collections::BTreeMap;

/// The cells that the starts measured, in order.
pub(crate) fn cells(
    facts: &Facts,
    base: &str,
    timed: Vec<Timed>,
    alpha: f64,
    layouts: u64,
) -> Vec<Cell> {
    let mut of_cell: BTreeMap<(usize, usize), Vec<Timed>> = BTreeMap::new();
    for timed in timed {
        of_cell.entry((timed.setting, timed.n)).or_default().push(timed);
    }
    let mut cells: Vec<Cell> =
        of_cell.into_values().filter_map(|starts| cell(facts, base, starts, alpha)).collect();
    judge(&mut cells, Cores::here().allowed, layouts);
    cells
}

/// One cell. What may be said of its ratios is unknown until [`judge`].
fn cell(facts: &Facts, base: &str, starts: Vec<Timed>, alpha: f64) -> Option<Cell> {
    let first = starts.first()?;
    let (setting, n, batch) = (first.setting, first.n, first.batch);
    let input = first.input.map(|fingerprint| format!("{fingerprint:016x}"));
    let rounds = |timed: &Timed| {
        Rounds::of(timed.columns.iter().map(|column| column.seconds.clone()).collect())
    };
    let all = Starts::new(starts.iter().map(rounds).collect(), alpha);
    let find = |row: TimedRow| first.columns.iter().position(|column| column.row == row);
    let of_variant = |name: &str| find(TimedRow::Variant(name.to_owned()));
    let median_of_empty = |kind| find(TimedRow::Empty(kind)).map(|row| all.median(row));
    let base_row = of_variant(base);
    let count = |count: &Option<Box<dyn Fn(u64) -> u64>>| count.as_ref().map(|f| f(n as u64));
    let (bytes, flops) = (count(&facts.bytes), count(&facts.flops));
    let has_copies = facts.variants.iter().any(|(_, kind)| *kind == Kind::InPlace);
    let rows = facts.variants.iter().filter_map(|(name, kind)| {
        let row = of_variant(name)?;
        let median_seconds = all.median(row);
        let rate = |amount: Option<u64>| Some(amount? as f64 / median_seconds / 1e9);
        Some(Row {
            variant: name.clone(),
            median_seconds,
            gb_per_second: rate(bytes),
            gflops: rate(flops),
            empty_share: median_of_empty(*kind).map(|empty| empty / median_seconds),
            ratio: base_row.filter(|base| *base != row).and_then(|base| all.ratio(row, base)),
            allocations: None,
        })
    });
    let rows = rows.collect();
    let empty = [Kind::Plain, Kind::Kept, Kind::InPlace].into_iter().filter_map(|kind| {
        let median_seconds = median_of_empty(kind)?;
        Some(EmptyCall { name: kind.empty_name().to_owned(), median_seconds })
    });
    let empty = empty.collect();
    let again = find(TimedRow::BaselineAgain).zip(base_row);
    let noise = again.and_then(|(again, base)| all.furthest(again, base)).map(difference);
    Some(Cell {
        setting: facts.settings[setting].clone(),
        n,
        input,
        bytes,
        flops,
        copies: has_copies.then_some(batch),
        noise,
        rows,
        empty,
        samples: starts.into_iter().map(|timed| timed.columns).collect(),
    })
}

/// The rounds of one cell in several starts; rows are named by their index, the same in each start.
#[derive(Debug)]
pub struct Starts {
    starts: Vec<Rounds>,
    alpha: f64,
}

impl Starts {
    /// Whose intervals miss the truth of their start with probability `alpha`.
    pub fn new(starts: Vec<Rounds>, alpha: f64) -> Starts {
        Starts { starts, alpha }
    }

    /// The rounds of all starts.
    pub fn rounds(&self) -> usize {
        self.starts.iter().map(Rounds::len).sum()
    }

    /// The least rounds that a start has.
    pub fn least_rounds(&self) -> usize {
        self.starts.iter().map(Rounds::len).min().unwrap_or(0)
    }

    /// Calls per round of a row in the first start.
    pub fn calls(&self, row: usize) -> u64 {
        self.starts.first().map_or(0, |start| start.calls[row])
    }

    /// Blocks of a row that were made again.
    pub fn dropped(&self, row: usize) -> u64 {
        self.starts.iter().map(|start| start.dropped[row]).sum()
    }

    /// Seconds per call of a row in the best round of all.
    pub fn best(&self, row: usize) -> f64 {
        self.starts.iter().map(|start| start.best(row)).fold(f64::INFINITY, f64::min)
    }

    /// Seconds per call of a row in the middle one of all rounds.
    pub fn median(&self, row: usize) -> f64 {
        let all = self.starts.iter().flat_map(|start| start.columns[row].iter().copied());
        Rounds::of(vec![all.collect()]).median(0)
    }

    /// What the intervals of that time in all starts cover together; none when one of them has none.
    pub fn interval(&self, row: usize) -> Option<(f64, f64)> {
        let of = |start: &Rounds| start.interval(row, self.alpha);
        let ends: Vec<(f64, f64)> = self.starts.iter().map(of).collect::<Option<_>>()?;
        ends.into_iter().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// How many times as fast as `base` a row is. What may be said of it is not known yet.
    pub fn ratio(&self, row: usize, base: usize) -> Option<Ratio> {
        Ratio::of(&self.speed_ups(row, base))
    }

    /// The same in the start in which the two differ most: for rows of the same code that is the noise.
    pub fn furthest(&self, row: usize, base: usize) -> Option<f64> {
        let ratios = self.speed_ups(row, base).into_iter().map(|start| start.ratio);
        ratios.max_by(|a, b| difference(*a).total_cmp(&difference(*b)))
    }

    fn speed_ups(&self, row: usize, base: usize) -> Vec<SpeedUp> {
        self.starts.iter().map(|start| start.speed_up(row, base, self.alpha)).collect()
    }
}

/// More than any core reads and writes in a second, in 10^9 bytes: three vectors of 64 bytes in each
/// cycle at 6 GHz are 1,152.
const MAX_GB: f64 = 2000.0;
/// More than any core computes in a second, in 10^9 operations: two multiply-adds of 16 numbers in each
/// cycle at 6 GHz are 384; units for matrices do a few thousand.
const MAX_GFLOPS: f64 = 10_000.0;

/// Whether so many cores can do so many 10^9 bytes and operations per second. It takes no measurement to know.
pub fn is_possible(gb: Option<f64>, gflops: Option<f64>, cores: usize) -> bool {
    let within = |rate: Option<f64>, most: f64| rate.is_none_or(|rate| rate <= most * cores as f64);
    within(gb, MAX_GB) && within(gflops, MAX_GFLOPS)
}

/// Says of each ratio what may be said: beyond the noise of its own cell and the middle one's.
fn judge(cells: &mut [Cell], cores: usize, layouts: u64) {
    let typical = typical(cells.iter().filter_map(|cell| cell.noise));
    for cell in cells {
        let noise = cell.noise.unwrap_or(0.0).max(typical);
        let base = cell.rows.iter().find(|row| row.ratio.is_none());
        let is_possible = |row: &Row| is_possible(row.gb_per_second, row.gflops, cores);
        let base_is_possible = base.is_none_or(is_possible);
        let base = base.map_or(f64::INFINITY, |row| row.median_seconds);
        for row in &mut cell.rows {
            let is_possible = base_is_possible && is_possible(row);
            let Some(ratio) = &mut row.ratio else { continue };
            match is_possible {
                true => ratio.judge(noise, row.median_seconds.min(base), layouts),
                false => ratio.standing = Standing::Impossible,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Column;

    /// A start in which the variant takes `factor` times the baseline's microseconds.
    fn start(micros: f64, factor: f64, again: f64, rounds: usize) -> Timed {
        let noise = |i: usize| 1.0 + 0.001 * (i * 7 % 5) as f64;
        let column = |row, factor: f64| Column {
            row,
            calls: 10,
            dropped: 0,
            seconds: (0..rounds).map(|i| micros * 1e-6 * factor * noise(i)).collect(),
        };
        let columns = vec![
            column(TimedRow::Variant("c".into()), 1.0),
            column(TimedRow::Variant("lanes".into()), factor),
            column(TimedRow::BaselineAgain, again),
            column(TimedRow::Empty(Kind::Plain), 0.2),
        ];
        Timed { setting: 0, n: 64, input: None, batch: 1, columns }
    }

    fn found(starts: Vec<Timed>) -> Cell {
        let facts = Facts {
            settings: vec![String::new()],
            variants: vec![("c".into(), Kind::Plain), ("lanes".into(), Kind::Plain)],
            bytes: Some(Box::new(|n| 16 * n)),
            ..Facts::default()
        };
        cells(&facts, "c", starts, 0.01, 1).pop().expect("a cell")
    }

    fn standing_of(starts: Vec<Timed>) -> Standing {
        found(starts).rows[1].ratio.expect("a ratio").standing
    }

    #[test]
    fn a_difference_that_every_start_shows_is_told() {
        let cell = found(vec![start(100.0, 0.5, 1.0, 20), start(100.0, 0.4, 1.0, 20)]);
        let ratio = cell.rows[1].ratio.expect("a ratio");
        assert_eq!(ratio.standing, Standing::Faster);
        let (low, high) = (ratio.low.unwrap(), ratio.high.unwrap());
        assert!((low - 2.0).abs() < 0.01 && (high - 2.5).abs() < 0.01, "the hull: {ratio:?}");
        assert_eq!(cell.bytes, Some(1024));
        assert!((cell.rows[0].empty_share.unwrap() - 0.2).abs() < 1e-9);
        assert_eq!(cell.rows[0].ratio, None);
    }

    #[test]
    fn a_difference_that_the_next_start_reverses_is_not_told() {
        let starts = vec![start(100.0, 0.5, 1.0, 20), start(100.0, 1.5, 1.0, 20)];
        assert_eq!(standing_of(starts), Standing::Same);
    }

    #[test]
    fn a_difference_within_the_noise_of_the_baseline_is_not_told() {
        assert_eq!(standing_of(vec![start(100.0, 0.97, 1.05, 20)]), Standing::Same);
        assert_eq!(standing_of(vec![start(100.0, 0.90, 1.05, 20)]), Standing::Faster);
    }

    #[test]
    fn a_difference_of_less_than_half_a_percent_is_not_told() {
        assert_eq!(standing_of(vec![start(100.0, 0.997, 1.0, 20)]), Standing::Same);
        assert_eq!(standing_of(vec![start(100.0, 1.003, 1.0, 20)]), Standing::Same);
        assert_eq!(standing_of(vec![start(100.0, 0.993, 1.0, 20)]), Standing::Faster);
    }

    #[test]
    fn a_small_difference_in_a_short_call_has_no_direction() {
        assert_eq!(standing_of(vec![start(0.1, 0.9, 1.0, 20)]), Standing::Layout);
        assert_eq!(standing_of(vec![start(0.1, 1.2, 1.0, 20)]), Standing::Layout);
        assert_eq!(standing_of(vec![start(0.1, 0.5, 1.0, 20)]), Standing::Faster);
        assert_eq!(standing_of(vec![start(100.0, 1.2, 1.0, 20)]), Standing::Slower);
    }

    #[test]
    fn what_no_core_can_do_is_impossible() {
        // 1,024 bytes in 10 microseconds, and in a picosecond.
        assert_eq!(standing_of(vec![start(10.0, 0.5, 1.0, 20)]), Standing::Faster);
        assert_eq!(standing_of(vec![start(10.0, 1e-7, 1.0, 20)]), Standing::Impossible);
        assert_eq!(standing_of(vec![start(1e-6, 1e3, 1.0, 20)]), Standing::Impossible);
    }

    #[test]
    fn without_an_interval_nothing_is_said() {
        assert_eq!(standing_of(vec![start(100.0, 0.1, 1.0, 3)]), Standing::Unknown);
        let mixed = vec![start(100.0, 0.1, 1.0, 20), start(100.0, 0.1, 1.0, 3)];
        assert_eq!(standing_of(mixed), Standing::Unknown);
    }
}
