//! Where a series of numbers steps, and by how much.
//!
//! Where: E-divisive means (Matteson and James, "A nonparametric approach for multiple change point analysis of
//! multivariate data", 2014), as MongoDB uses it for benchmarks (Daly et al., "The use of change point detection
//! to identify software performance regressions in a continuous integration system", 2020). A stretch is split
//! where the energy distance of the two parts is largest. Whether numbers in which nothing changes would show as
//! much is told by permutations of the stretch: no word about how the noise is distributed. If not, both parts
//! are looked at in turn.
//!
//! By how much: the shift of Hodges and Lehmann between neighbouring stretches, with the exact interval that
//! belongs to the rank test of Mann and Whitney. It holds for the place that was found.

use crate::random::Random;

/// The probability that a stretch without a change is split, and that an interval misses.
pub(super) const ALPHA: f64 = 0.01;
/// What the normal distribution exceeds, to either side, with that probability.
const DEVIATIONS: f64 = 2.5758;
const PERMUTATIONS: usize = 999;
/// A stretch has at least two numbers: one alone is no change.
const MIN: usize = 2;
/// Fewer numbers than this cannot show a change: too many permutations of them look like one.
pub(super) const MIN_RUNS: usize = 10;
/// The ranks of larger stretches are taken for normally distributed.
const MAX_EXACT: usize = 4000;

/// A step between two stretches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    /// The first number after it.
    pub(super) at: usize,
    /// How much larger the numbers are after it.
    pub(super) shift: f64,
    /// The interval of that.
    pub(super) ends: (f64, f64),
}

/// The steps of a series that are for certain larger than `least`.
pub(super) fn steps(values: &[f64], least: f64) -> Vec<Step> {
    let mut places = Vec::new();
    // The same series has the same steps in every run.
    split(values, 0, &mut Random::new(values.len() as u64), &mut places);
    places.sort_unstable();
    loop {
        let found: Vec<Option<Step>> =
            (0..places.len()).map(|i| step(values, &places, i)).collect();
        let size = |step: &Option<Step>| step.map_or(0.0, |step| nearer_end(&step));
        // With the smallest one gone its neighbours are longer, and may be known better.
        let smallest =
            (0..found.len()).min_by(|a, b| size(&found[*a]).total_cmp(&size(&found[*b])));
        match smallest.filter(|i| size(&found[*i]) <= least) {
            Some(i) => drop(places.remove(i)),
            None => return found.into_iter().flatten().collect(),
        }
    }
}

/// How far the interval is from no step at all.
fn nearer_end(step: &Step) -> f64 {
    let (low, high) = step.ends;
    low.max(-high).max(0.0)
}

/// Finds the places where a stretch that begins at `from` is to be split.
fn split(values: &[f64], from: usize, random: &mut Random, places: &mut Vec<usize>) {
    let Some((distance, at)) = furthest(values) else { return };
    if !is_rare(values, distance, random) {
        return;
    }
    places.push(from + at);
    split(&values[..at], from, random, places);
    split(&values[at..], from + at, random, places);
}

/// The largest energy distance of two parts of a stretch, and where the second one begins.
fn furthest(values: &[f64]) -> Option<(f64, usize)> {
    let pairs = |count: usize| (count * (count - 1)) as f64 / 2.0;
    let distances = |value: f64, others: &[f64]| -> f64 {
        others.iter().map(|other| (other - value).abs()).sum()
    };
    // Sums over the pairs within the first part, within the second one, and between them.
    let (mut first, mut between) = (0.0, 0.0);
    let mut second: f64 = (0..values.len()).map(|i| distances(values[i], &values[..i])).sum();
    let mut best = None;
    for (i, value) in values.iter().enumerate() {
        let (before, after) =
            (distances(*value, &values[..i]), distances(*value, &values[i + 1..]));
        first += before;
        second -= after;
        between += after - before;
        let (m, k) = (i + 1, values.len() - i - 1);
        if m < MIN || k < MIN {
            continue;
        }
        let product = (m * k) as f64;
        let mean = 2.0 * between / product - first / pairs(m) - second / pairs(k);
        let distance = product / (m + k) as f64 * mean;
        if best.is_none_or(|(most, _)| distance > most) {
            best = Some((distance, m));
        }
    }
    best
}

/// Whether at most [`ALPHA`] of the permutations are split as far apart as that.
fn is_rare(values: &[f64], distance: f64, random: &mut Random) -> bool {
    let mut allowed = (ALPHA * (PERMUTATIONS + 1) as f64) as usize;
    for _ in 0..PERMUTATIONS {
        let order = random.permutation(values.len());
        let mixed: Vec<f64> = order.into_iter().map(|i| values[i]).collect();
        // Sums in another order differ in their last bits.
        let is_as_far = furthest(&mixed).is_some_and(|(other, _)| other >= distance * (1.0 - 1e-9));
        // The series as it is counts as one.
        allowed -= usize::from(is_as_far);
        if allowed == 0 {
            return false;
        }
    }
    true
}

/// The step at a place, between its neighbours; none if there are too few numbers to be sure of one.
fn step(values: &[f64], places: &[usize], i: usize) -> Option<Step> {
    let at = places[i];
    let from = if i == 0 { 0 } else { places[i - 1] };
    let to = places.get(i + 1).copied().unwrap_or(values.len());
    let (before, after) = (&values[from..at], &values[at..to]);
    let mut shifts: Vec<f64> =
        before.iter().flat_map(|b| after.iter().map(move |a| a - b)).collect();
    shifts.sort_by(f64::total_cmp);
    let rank = rank(before.len(), after.len())?;
    let middle = shifts.len() / 2;
    let shift = (shifts[middle] + shifts[(shifts.len() - 1) / 2]) / 2.0;
    Some(Step { at, shift, ends: (shifts[rank - 1], shifts[shifts.len() - rank]) })
}

/// The rank for which the interval from so many of all differences from below to so many from above misses
/// with at most [`ALPHA`]; none where even the whole range misses more often.
fn rank(m: usize, k: usize) -> Option<usize> {
    if m * k > MAX_EXACT {
        let (product, sum) = ((m * k) as f64, (m + k + 1) as f64);
        let rank = product / 2.0 - DEVIATIONS * (product * sum / 12.0).sqrt();
        return (rank >= 1.0).then_some(rank as usize);
    }
    let mut missed = 0.0;
    let outside = ranks(m, k).into_iter().take_while(|p| {
        missed += 2.0 * p;
        missed <= ALPHA
    });
    Some(outside.count()).filter(|rank| *rank > 0)
}

/// The probability of each value of Mann and Whitney's U for stretches of `m` and `k` numbers.
fn ranks(m: usize, k: usize) -> Vec<f64> {
    let mut row = vec![vec![1.0]; k + 1];
    for i in 1..=m {
        let mut next: Vec<Vec<f64>> = vec![vec![1.0]];
        for j in 1..=k {
            // The largest number of all is one of the first stretch, or of the second one.
            let share = i as f64 / (i + j) as f64;
            let mut of = vec![0.0; i * j + 1];
            row[j].iter().enumerate().for_each(|(u, p)| of[u + j] += share * p);
            next[j - 1].iter().enumerate().for_each(|(u, p)| of[u] += (1.0 - share) * p);
            next.push(of);
        }
        row = next;
    }
    row.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ratio::MIN_DIFFERENCE;

    /// Numbers around 0 with this spread: the sum of twelve uniform ones is nearly normal.
    fn noise(count: usize, spread: f64, seed: u64) -> Vec<f64> {
        let mut random = Random::new(seed);
        let mut one = || (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
        (0..count).map(|_| spread * one()).collect()
    }

    /// Every tenth number lies far out, to one side.
    fn with_outliers(count: usize, seed: u64) -> Vec<f64> {
        let mut random = Random::new(!seed);
        let far = |value: f64, random: &mut Random| match random.unit() < 0.1 {
            true => value + 0.2 * random.unit(),
            false => value,
        };
        noise(count, 0.01, seed).into_iter().map(|value| far(value, &mut random)).collect()
    }

    fn add(values: &mut [f64], more: f64) {
        values.iter_mut().for_each(|value| *value += more);
    }

    #[test]
    fn a_step_is_found_at_its_place_and_its_size_is_in_the_interval() {
        let mut others = 0;
        for (count, at) in [(30, 15), (30, 5), (30, 26), (40, 37), (100, 60)] {
            for seed in 0..5 {
                let mut values = noise(count, 0.01, seed);
                add(&mut values[at..], 0.1);
                let found = steps(&values, MIN_DIFFERENCE);
                let step = found.iter().find(|step| step.at == at);
                let Some(Step { shift, ends, .. }) = step else {
                    panic!("{count} {at} {seed}: {found:?}")
                };
                assert!(ends.0 < 0.1 && 0.1 < ends.1 && (shift - 0.1).abs() < 0.02, "{found:?}");
                others += found.len() - 1;
            }
        }
        // The 50 stretches beside the steps have no change, and one in a hundred shows one.
        assert!(others <= 1, "{others}");
    }

    #[test]
    fn what_goes_up_and_comes_down_again_is_two_steps() {
        let mut values = noise(60, 0.01, 3);
        add(&mut values[25..40], -0.08);
        let found = steps(&values, MIN_DIFFERENCE);
        assert_eq!(found.iter().map(|step| step.at).collect::<Vec<_>>(), [25, 40]);
        assert!(found[0].ends.1 < 0.0 && found[1].ends.0 > 0.0, "{found:?}");
    }

    #[test]
    fn of_a_hundred_series_without_a_change_at_most_one_shows_one() {
        let kinds: [fn(u64) -> Vec<f64>; 3] = [
            |seed| noise(30, 0.01, seed),
            |seed| with_outliers(30, seed),
            |seed| noise(12, 0.05, seed),
        ];
        for (kind, series) in kinds.into_iter().enumerate() {
            let of = |seed: u64| !steps(&series(1000 + seed), MIN_DIFFERENCE).is_empty();
            let alarms = (0..100).filter(|seed| of(*seed)).count();
            assert!(alarms <= 1, "kind {kind}: {alarms} of 100");
        }
    }

    #[test]
    fn one_number_that_lies_far_out_is_no_change_and_neither_is_what_is_too_small() {
        let mut values = noise(40, 0.01, 5);
        values[20] += 1.0;
        values[39] += 1.0;
        assert_eq!(steps(&values, MIN_DIFFERENCE), []);
        let mut values = noise(60, 1e-4, 7);
        add(&mut values[30..], 0.003);
        assert_eq!(steps(&values, MIN_DIFFERENCE), [], "less than half a percent");
        assert_eq!(steps(&values, 0.001).len(), 1);
    }

    #[test]
    fn series_that_are_short_or_constant_have_no_steps() {
        for count in 0..MIN_RUNS {
            let values: Vec<f64> = (0..count).map(|i| (i / 3) as f64).collect();
            assert_eq!(steps(&values, MIN_DIFFERENCE), [], "{count}");
        }
        assert_eq!(steps(&[1.0; 50], MIN_DIFFERENCE), []);
    }

    /// As in the tables of Mann and Whitney's test.
    #[test]
    fn the_ranks_are_those_of_the_tables() {
        let ways: Vec<f64> = ranks(2, 2).iter().map(|p| (6.0 * p).round()).collect();
        assert_eq!(ways, [1.0, 1.0, 2.0, 1.0, 1.0]);
        // Critical values for two-sided 1 %: 5 and 5: 0, 8 and 8: 7, 10 and 10: 16, 3 and 9: 0.
        for (m, k, critical) in [(5, 5, 0), (8, 8, 7), (10, 10, 16), (3, 9, 0), (20, 20, 105)] {
            assert_eq!(rank(m, k), Some(critical + 1), "{m} and {k}");
        }
        assert_eq!(rank(4, 4), None);
        let (exact, normal) = (rank(63, 63), rank(64, 63));
        assert!(exact.zip(normal).is_some_and(|(e, n)| e.abs_diff(n) < 40), "{exact:?} {normal:?}");
    }
}
