//! Rounds in which everything that is timed has its turn, and what they say.

use super::options::Options;
use abreast_compare::format::{ratio, seconds};
use abreast_compare::measure::{Effort, Rounds};
use std::time::Duration;

/// How many rounds, where nobody says: enough for an interval of each of a few dozen numbers.
const ROUNDS: u64 = 15;

/// How long each thing runs in a round at least.
const BLOCK: Duration = Duration::from_millis(5);

/// The probability that any of the intervals of a command misses the truth.
const ALPHA: f64 = 0.01;

/// What stands above the numbers.
pub const TITLE: &str = "medians of rounds in turn, and intervals that all hold with 99 %";

/// As many rounds as are asked for, whatever they take.
pub fn effort(options: &Options) -> Effort {
    Effort::of_rounds(options.rounds.unwrap_or(ROUNDS) as usize, BLOCK)
}

/// What the rounds of a command say, which prints so many numbers with an interval.
pub struct Said<'r> {
    /// The rounds.
    pub rounds: &'r Rounds,
    /// How many numbers there are.
    pub numbers: usize,
}

impl Said<'_> {
    fn alpha(&self) -> f64 {
        ALPHA / self.numbers.max(1) as f64
    }

    /// `1.93x (1.90 to 1.95)`: how many times as fast as another one.
    pub fn speed_up(&self, this: usize, other: usize) -> String {
        let found = self.rounds.speed_up(this, other, self.alpha());
        format!("{}x {}", ratio(found.ratio), within(found.interval, ratio))
    }

    /// `12.3 ms`: what a call takes.
    pub fn time(&self, this: usize) -> String {
        seconds(self.rounds.median(this))
    }

    /// `430 ns (420 to 445 ns)`: what each of so many parts of a call takes.
    pub fn each(&self, this: usize, parts: u64) -> String {
        let each = |time: f64| seconds(time / parts as f64);
        let found = self.rounds.interval(this, self.alpha());
        format!("{} {}", each(self.rounds.median(this)), within(found, each))
    }
}

fn within(ends: Option<(f64, f64)>, text: impl Fn(f64) -> String) -> String {
    match ends {
        Some((low, high)) => format!("({} to {})", text(low), text(high)),
        None => "(too few rounds for an interval)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use abreast_compare::measure::measure;
    use std::convert::Infallible;

    fn said(rounds: u64, numbers: usize) -> (String, String, String) {
        let options = Options::of(&["--rounds".into(), rounds.to_string().into()]).unwrap();
        let takes = |this: usize, calls: u64| {
            Ok::<_, Infallible>(Duration::from_millis(if this == 0 { 30 } else { 20 } * calls))
        };
        let Ok(rounds) = measure(2, &effort(&options), takes);
        let said = Said { rounds: &rounds, numbers };
        (said.speed_up(1, 0), said.time(0), said.each(0, 1000))
    }

    #[test]
    fn numbers_have_intervals_where_there_are_rounds_enough() {
        let (faster, time, each) = said(15, 4);
        assert_eq!((faster.as_str(), time.as_str()), ("1.50x (1.50 to 1.50)", "30.0 ms"));
        assert_eq!(each, "30.0 µs (30.0 µs to 30.0 µs)");
        let few = "(too few rounds for an interval)";
        assert_eq!(said(7, 4).0, format!("1.50x {few}"));
        assert_eq!(said(15, 1000).2, format!("30.0 µs {few}"));
    }
}
