//! Ways to do the same thing, timed in turns: what disturbs the machine disturbs all of them. A ratio comes with
//! the interval that the rounds agree on, and nothing is called faster that may as well not be.
#![allow(dead_code, reason = "not every story asks everything")]

use abreast::harness::env::Machine;
use abreast::harness::measure::{Effort, Rounds, SpeedUp, clock_resolution, measure};
use std::fmt;
use std::time::Duration;

/// Times of several ways, one of each in every round.
pub struct Race {
    rounds: Rounds,
    alpha: f64,
}

/// A smaller difference than this is not called one.
const MIN: f64 = 1.02;

/// What the rounds say of two ways: how many times as fast one of them is.
pub struct Finding(SpeedUp);

/// Runs `ways` ways for about `budget`: `run(way)` does one of them once, and says how long it took. Of
/// `questions` findings together one is wrong with a probability of 5 % at most.
pub fn race<E>(
    ways: usize,
    questions: usize,
    budget: Duration,
    mut run: impl FnMut(usize) -> Result<Duration, E>,
) -> Result<Race, E> {
    let effort = Effort {
        budget,
        block: budget / 100,
        least_rounds: 15,
        most_rounds: 31,
        resolution: clock_resolution(),
        seed: 1,
    };
    let rounds = measure(ways, &effort, |way, calls| (0..calls).map(|_| run(way)).sum())?;
    Ok(Race { rounds, alpha: 0.05 / questions as f64 })
}

impl Race {
    /// Of the middle round.
    pub fn time(&self, way: usize) -> Duration {
        Duration::from_secs_f64(self.rounds.median(way))
    }

    /// How many times as fast `way` is as `base`.
    pub fn speed_up(&self, way: usize, base: usize) -> Finding {
        Finding(self.rounds.speed_up(way, base, self.alpha))
    }
}

impl Finding {
    pub fn ratio(&self) -> f64 {
        self.0.ratio
    }

    /// The interval of the ratio; none after too few rounds.
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.0.interval
    }

    /// Whether it is at least so many times as fast, whatever the noise.
    pub fn is_at_least(&self, times: f64) -> bool {
        self.0.interval.is_some_and(|(low, _)| low > times)
    }

    pub fn is_faster(&self) -> bool {
        self.is_at_least(MIN)
    }

    pub fn is_slower(&self) -> bool {
        self.0.interval.is_some_and(|(_, high)| high < 1.0 / MIN)
    }
}

/// `1.96x (1.90 .. 1.99)`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0.interval {
            Some((low, high)) => format!("{:.2}x ({low:.2} .. {high:.2})", self.0.ratio),
            None => format!("{:.2}x (too few rounds)", self.0.ratio),
        };
        f.pad(&text)
    }
}

/// Says so if others are at work on this machine.
pub fn say_if_busy() {
    if let Some(warning) = Machine::here().crowded() {
        println!("(this machine is busy: {warning})");
    }
}
