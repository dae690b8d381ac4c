//! How many times as fast, and what may be said of it.
//!
//! "At least" and "at most" come from the nearer end of an interval; where there is none, nothing of the
//! kind is said.

use crate::format::ratio as short;
use crate::measure::SpeedUp;
use serde::Serialize;

/// How many times as fast: 2 is twice as fast.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ratio {
    /// The median over the rounds of all starts.
    pub value: f64,
    /// The lower end of what the starts' intervals cover together; none when there were too few rounds.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// The highest lower end of a start.
    #[serde(skip)]
    pub(crate) highest_low: f64,
    /// The lowest upper end of a start.
    #[serde(skip)]
    pub(crate) lowest_high: f64,
    /// What may be said.
    pub standing: Standing,
}

/// What may be said of a ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Faster than the baseline, beyond the noise and in every start.
    Faster,
    /// Slower than the baseline.
    Slower,
    /// Indistinguishable from the baseline.
    Same,
    /// Different, but so little in so short a call that another layout of the code may reverse it; of
    /// several layouts: one does.
    Layout,
    /// Too few rounds for an interval.
    Unknown,
    /// More bytes or operations per second than the cores can do: something is wrong.
    Impossible,
}

/// A smaller difference is never called one. In a run on a busy machine the rounds can agree on half a
/// percent that the next run does not see, while the baseline does not differ from itself at all.
pub(crate) const MIN_DIFFERENCE: f64 = 0.005;
/// A difference in a call shorter than this may come from where the code lies, if it is not larger than this: a call of 12 µs was
/// seen to be faster in six starts and slower in one of 160 from eight layouts, one of 25 ns to be 0.66 and 1.35 times as fast.
const LAYOUT: [(f64, f64); 2] = [(1e-7, 1.5), (2e-5, 1.25)];
/// Or unless so many layouts agree on it: if the next one said either with the same chance, they would do so less
/// often than once in a hundred times.
const ENOUGH_LAYOUTS: u64 = 8;

impl Ratio {
    /// A ratio with one interval, of which it is not said yet what it means.
    pub fn new(value: f64, ends: Option<(f64, f64)>) -> Ratio {
        let (low, high) = (ends.map(|e| e.0), ends.map(|e| e.1));
        let (highest_low, lowest_high) = ends.unwrap_or((0.0, f64::MAX));
        Ratio { value, low, high, highest_low, lowest_high, standing: Standing::Unknown }
    }

    /// The hull of the starts' intervals: starts that disagree make it wide. No interval when one
    /// of them has none, no ratio when there are no starts.
    pub fn of(starts: &[SpeedUp]) -> Option<Ratio> {
        let logs: f64 = starts.iter().map(|start| start.ratio.ln()).sum();
        let ends: Option<Vec<(f64, f64)>> = starts.iter().map(|start| start.interval).collect();
        let ends = ends.unwrap_or_default();
        let low = ends.iter().map(|e| e.0).reduce(f64::min);
        let high = ends.iter().map(|e| e.1).reduce(f64::max);
        (!starts.is_empty()).then(|| Ratio {
            highest_low: ends.iter().map(|e| e.0).fold(0.0, f64::max),
            lowest_high: ends.iter().map(|e| e.1).fold(f64::MAX, f64::min),
            ..Ratio::new((logs / starts.len() as f64).exp(), low.zip(high))
        })
    }

    /// The end of the interval that is nearer to 1, if there is an interval.
    pub fn nearer_end(&self) -> Option<f64> {
        if self.value > 1.0 { self.low } else { self.high }
    }

    /// Whether 1 is within the interval.
    fn is_open(&self) -> bool {
        self.low.is_some_and(|low| low < 1.0) && self.high.is_some_and(|high| high > 1.0)
    }

    /// Whether it is known to be faster.
    pub fn is_faster(&self) -> bool {
        self.standing == Standing::Faster
    }

    /// Whether it is known to be slower.
    pub fn is_slower(&self) -> bool {
        self.standing == Standing::Slower
    }

    /// Whether it is known to be one of the two.
    pub fn is_distinguishable(&self) -> bool {
        self.is_faster() || self.is_slower()
    }

    /// Decides what may be said, from the noise of the measurement (0.001 is 0.1 %), the time of the
    /// shorter call and the number of layouts of the code.
    pub fn judge(&mut self, noise: f64, seconds: f64, layouts: u64) {
        self.standing = self.judged(1.0 + noise.max(MIN_DIFFERENCE), seconds, layouts);
    }

    fn judged(&self, floor: f64, seconds: f64, layouts: u64) -> Standing {
        let (Some(low), Some(high)) = (self.low, self.high) else { return Standing::Unknown };
        let (direction, nearer) = match () {
            () if low > floor => (Standing::Faster, low),
            () if high < 1.0 / floor => (Standing::Slower, high),
            // One start says that it is faster, and another one that it is slower.
            () if layouts > 1 && self.highest_low > floor && self.lowest_high < 1.0 / floor => {
                return Standing::Layout;
            }
            () => return Standing::Same,
        };
        if layouts >= ENOUGH_LAYOUTS {
            return direction;
        }
        let needed =
            LAYOUT.iter().find(|(short, _)| seconds < *short).map_or(1.0, |(_, ratio)| *ratio);
        if difference(nearer) < needed - 1.0 { Standing::Layout } else { direction }
    }
}

/// How much two times with this ratio differ, whichever is the longer one: 0.001 is 0.1 %.
pub fn difference(ratio: f64) -> f64 {
    ratio.ln().abs().exp() - 1.0
}

/// The middle one of what pairs of the same code differed by; 0 if there are none.
pub fn typical(differences: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = differences.collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(0.0)
}

impl Standing {
    /// What stands beside a ratio in a table, and what it means.
    const MARKS: [(Standing, char, &str); 4] = [
        (Standing::Same, '=', "indistinguishable"),
        (Standing::Layout, '~', "depends on the layout of the code, or may"),
        (Standing::Unknown, '?', "too few rounds for an interval"),
        (Standing::Impossible, '!', "more than the cores can do"),
    ];

    /// The mark beside the ratio; a space where a direction is known.
    pub fn mark(self) -> char {
        Self::MARKS
            .iter()
            .find(|(standing, ..)| *standing == self)
            .map_or(' ', |(_, mark, _)| *mark)
    }

    /// What the marks mean, of those that are there.
    pub fn legend(all: impl Iterator<Item = Standing>) -> Option<String> {
        let all: Vec<Standing> = all.collect();
        let used = Self::MARKS.iter().filter(|(standing, ..)| all.contains(standing));
        let words: Vec<String> = used.map(|(_, mark, words)| format!("{mark} {words}")).collect();
        (!words.is_empty()).then(|| words.join("; "))
    }
}

/// What may be said of ratios to `base`, small sizes first: `is at least 4.4 times as fast as c from
/// n = 64 on`, one part for each thing.
pub fn against(base: &str, points: &[(u64, Ratio)]) -> Vec<String> {
    let of = |standing: Standing| -> Vec<(u64, Ratio)> {
        points.iter().copied().filter(|(_, r)| r.standing == standing).collect()
    };
    let (reversed, short) = of(Standing::Layout).into_iter().partition(|(_, r)| r.is_open());
    let mut parts = Vec::new();
    parts.extend(bounds("at least", base, &of(Standing::Faster), points, |a, b| a < b));
    parts.extend(bounds("at most", base, &of(Standing::Slower), points, |a, b| a > b));
    parts.extend(by_layout(base, reversed));
    for (some, words) in [
        (of(Standing::Same), "is indistinguishable from"),
        (
            short,
            "may differ by the layout of the code alone (under 20 µs, within 25 %; under 100 ns, within 50 %) from",
        ),
        (of(Standing::Unknown), "has too few rounds for an interval against"),
        (
            of(Standing::Impossible),
            "does more than the cores can do, or bytes and flops say too much: not compared with",
        ),
    ] {
        if !some.is_empty() {
            parts.push(format!("{words} {base} {}", sizes(&some, points)));
        }
    }
    parts
}

/// What one layout reverses, with the range: `depends on the layout of the code: 0.86 to 1.06 times as fast as c at
/// n = 64`.
fn by_layout(base: &str, some: Vec<(u64, Ratio)>) -> Option<String> {
    let range = |(n, ratio): (u64, Ratio)| {
        let [low, high] = [ratio.low, ratio.high].map(|end| short(end.unwrap_or(ratio.value)));
        (format!("{low} to {high} times"), n)
    };
    let ranges = some.into_iter().map(range).enumerate().map(|(i, (range, n))| match i {
        0 => format!("{range} as fast as {base} at n = {n}"),
        _ => format!("{range} at n = {n}"),
    });
    let ranges = ranges.collect::<Vec<_>>().join(", ");
    (!ranges.is_empty()).then(|| format!("depends on the layout of the code: {ranges}"))
}

/// What holds at all of `some`, by the nearer ends, and what at the size where the difference is largest.
fn bounds(
    word: &str,
    base: &str,
    some: &[(u64, Ratio)],
    all: &[(u64, Ratio)],
    is_nearer: fn(f64, f64) -> bool,
) -> Option<String> {
    let ends = || some.iter().filter_map(|(n, ratio)| Some((*n, ratio.nearer_end()?)));
    let (_, nearest) = ends().reduce(|a, b| if is_nearer(b.1, a.1) { b } else { a })?;
    let (n, furthest) = ends().reduce(|a, b| if is_nearer(a.1, b.1) { b } else { a })?;
    let (nearest, furthest) = (short(nearest), short(furthest));
    let mut words = format!("is {word} {nearest} times as fast as {base} {}", sizes(some, all));
    if furthest != nearest {
        words += &format!(", {word} {furthest} times at n = {n}");
    }
    Some(words)
}

/// `at every size`, `from n = 64 on`, `from n = 64 to 4096`, `at n = 16, 64`.
fn sizes(some: &[(u64, Ratio)], all: &[(u64, Ratio)]) -> String {
    let numbers: Vec<u64> = some.iter().map(|(n, _)| *n).collect();
    let list = |numbers: &[u64]| {
        let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
        format!("at n = {}", numbers.join(", "))
    };
    let start = all.iter().position(|a| Some(&a.0) == numbers.first()).unwrap_or(0);
    let is_run = all[start..].iter().zip(some).all(|(a, s)| a.0 == s.0);
    let is_tail = start + numbers.len() == all.len();
    match (is_run, is_tail) {
        (true, true) if start == 0 && all.len() > 1 => "at every size".to_owned(),
        (true, true) if numbers.len() > 2 => format!("from n = {} on", numbers[0]),
        (true, false) if numbers.len() > 3 => {
            format!("from n = {} to {}", numbers[0], numbers[numbers.len() - 1])
        }
        _ => list(&numbers),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_that_another_layout_reverses_depends_on_the_layout() {
        let start = |low: f64, high: f64| SpeedUp { ratio: 1.0, interval: Some((low, high)) };
        let of = |starts: [SpeedUp; 2], layouts| {
            Ratio::of(&starts).expect("two starts").judged(1.01, 1e-7, layouts)
        };
        let reversed = [start(1.05, 1.06), start(0.85, 0.87)];
        assert_eq!((of(reversed, 1), of(reversed, 8)), (Standing::Same, Standing::Layout));
        let steady = [start(1.03, 1.05), start(1.18, 1.2)];
        assert_eq!((of(steady, 1), of(steady, 8)), (Standing::Layout, Standing::Faster));
        // Seven that agree are not enough for so little in so short a call.
        assert_eq!(of(steady, 7), Standing::Layout);
        assert_eq!(of([start(0.99, 1.1), start(0.9, 1.01)], 8), Standing::Same);
    }

    #[test]
    fn the_shorter_a_call_the_more_may_come_from_where_its_code_lies() {
        let of =
            |low: f64, seconds| Ratio::new(low, Some((low, 2.0 * low))).judged(1.01, seconds, 1);
        for (low, seconds, standing) in [
            (1.49, 9e-8, Standing::Layout),
            (1.51, 9e-8, Standing::Faster),
            (1.24, 1.9e-5, Standing::Layout),
            (1.26, 1e-7, Standing::Faster),
            (1.02, 2.1e-5, Standing::Faster),
        ] {
            assert_eq!(of(low, seconds), standing, "{low} in {seconds}");
        }
    }

    #[test]
    fn what_a_layout_reverses_is_said_with_the_range() {
        let point = |n, low, high| {
            (n, Ratio { standing: Standing::Layout, ..Ratio::new(1.0, Some((low, high))) })
        };
        let points = [point(64, 0.86, 1.06), point(256, 0.9, 1.2)];
        let words = "depends on the layout of the code: 0.86 to 1.06 times as fast as c at n = 64, \
                     0.90 to 1.20 times at n = 256";
        assert_eq!(against("c", &points), [words]);
        // No layout has reversed it yet.
        let [may] = &against("c", &[point(64, 1.02, 1.06)])[..] else { panic!("one part") };
        assert!(may.contains("may differ by the layout") && !may.contains("1.06"), "{may}");
    }

    #[test]
    fn what_holds_everywhere_comes_first_and_then_where_it_is_most() {
        let point = |n, low, high, standing| {
            let value = (low + high) / 2.0;
            (n, Ratio { standing, ..Ratio::new(value, Some((low, high))) })
        };
        let points = [
            point(16, 0.4, 0.5, Standing::Slower),
            point(64, 3.96, 4.1, Standing::Faster),
            point(256, 1.98, 2.1, Standing::Faster),
            point(1024, 2.97, 3.1, Standing::Faster),
        ];
        let [faster, slower] = &against("c", &points)[..] else { panic!("two parts") };
        assert_eq!(
            faster,
            "is at least 1.98 times as fast as c from n = 64 on, at least 3.96 times at n = 64"
        );
        assert_eq!(slower, "is at most 0.50 times as fast as c at n = 16");
        let unknown = (64, Ratio::new(9.0, None));
        assert_eq!(unknown.1.nearer_end(), None);
        let said = against("c", &[unknown]);
        assert_eq!(said, ["has too few rounds for an interval against c at n = 64"]);
    }
}
