//! How often something happened, and what that says of how often it will.

use serde::Serialize;

/// So many times of so many.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rate {
    /// How often it happened.
    pub count: u64,
    /// How often it could have.
    pub of: u64,
    /// The lower end of the interval of Clopper and Pearson, with a confidence of 95 %.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Each end misses with this probability.
const MISSES: f64 = 0.025;

impl Rate {
    /// `count` times of `of`.
    pub fn new(count: u64, of: u64) -> Rate {
        // The lowest rate at which so many are not too many, and the highest at which they are not
        // too few.
        let low =
            if count == 0 { 0.0 } else { solve(|p| 1.0 - at_most(count - 1, of, p) >= MISSES) };
        let high = if count >= of { 1.0 } else { solve(|p| at_most(count, of, p) < MISSES) };
        Rate { count, of, low, high }
    }

    /// `0 of 300 pairs (0 to 1.2 %)`.
    pub fn in_words(&self, what: &str) -> String {
        let percent = |share: f64| {
            let text = format!("{:.1}", 100.0 * share);
            text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
        };
        format!(
            "{} of {} {what} ({} to {} %)",
            self.count,
            self.of,
            percent(self.low),
            percent(self.high)
        )
    }
}

/// The probability of at most `k` of `n`, each with probability `p`.
fn at_most(k: u64, n: u64, p: f64) -> f64 {
    let (mut log, mut sum) = (n as f64 * (-p).ln_1p(), 0.0);
    for i in 0..=k {
        sum += log.exp();
        log += ((n - i) as f64 / (i + 1) as f64).ln() + p.ln() - (-p).ln_1p();
    }
    sum
}

/// Where a condition begins to hold that holds from there up to 1.
fn solve(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if holds(middle) { high = middle } else { low = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_intervals_are_those_of_the_tables() {
        // Clopper and Pearson, 95 %: 0 of 300 and 5 of 20.
        let rate = Rate::new(0, 300);
        assert!(rate.low == 0.0 && (rate.high - 0.012_221).abs() < 1e-6, "{rate:?}");
        let rate = Rate::new(5, 20);
        assert!((rate.low - 0.086_571).abs() < 1e-5, "{rate:?}");
        assert!((rate.high - 0.491_046).abs() < 1e-5, "{rate:?}");
        let all = Rate::new(100, 100);
        assert!(all.high == 1.0 && (all.low - 0.963_783).abs() < 1e-5, "{all:?}");
        assert_eq!(Rate::new(0, 300).in_words("pairs"), "0 of 300 pairs (0 to 1.2 %)");
        assert_eq!((Rate::new(0, 0).low, Rate::new(0, 0).high), (0.0, 1.0));
    }
}
