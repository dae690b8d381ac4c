//! One number of threads, and what its times amount to.

use crate::harness::model::{Ratio, Standing};
use abreast_compare::summary::Starts;
use serde::Serialize;

/// What a column of times is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scaling {
    /// One problem on all threads.
    Strong,
    /// A problem for each thread.
    Weak,
    /// One thread once more.
    Again,
}

/// A number with its interval, where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The middle.
    pub value: f64,
    /// Its lower end.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
}

impl Estimate {
    pub(super) fn new(value: f64, ends: Option<(f64, f64)>) -> Estimate {
        Estimate { value, low: ends.map(|ends| ends.0), high: ends.map(|ends| ends.1) }
    }

    /// What a function makes of it that grows with its argument.
    fn map(self, grows: impl Fn(f64) -> f64) -> Estimate {
        Estimate {
            value: grows(self.value),
            low: self.low.map(&grows),
            high: self.high.map(&grows),
        }
    }

    /// The same of a function that falls.
    fn map_falling(self, falls: impl Fn(f64) -> f64) -> Estimate {
        let Estimate { value, low, high } = self.map(falls);
        Estimate { value, low: high, high: low }
    }
}

/// So many threads.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Point {
    /// How many.
    pub threads: usize,
    /// Seconds of one call on each of them: of all of one problem, or of a problem each.
    pub seconds: Estimate,
    /// The time of one thread over this time, in the same rounds, and what may be said of it; none for one
    /// thread.
    pub to_one: Option<Ratio>,
    /// Work done per time, as a multiple of what one thread does.
    pub speed_up: Estimate,
    /// The same for each thread: 1 is all of it.
    pub efficiency: Estimate,
    /// The part of the work that only one thread can do, by Karp and Flatt: `(1/S - 1/T) / (1 - 1/T)`. For one
    /// problem on as many threads as there are cores at most; beyond that it would be about the cores.
    pub serial: Option<Estimate>,
}

impl Point {
    pub(super) fn new(
        scaling: Scaling,
        threads: usize,
        starts: &Starts,
        column: usize,
        noise: f64,
        cores: usize,
    ) -> Point {
        let seconds = Estimate::new(starts.median(column), starts.interval(column));
        let ratio = (threads > 1).then(|| starts.ratio(column, 0)).flatten().map(|mut ratio| {
            // The shorter of the two calls; all of them come from one binary.
            ratio.judge(noise, seconds.value * ratio.value.min(1.0), 1);
            ratio
        });
        Point::of(scaling, threads, seconds, ratio, cores)
    }

    pub(super) fn of(
        scaling: Scaling,
        threads: usize,
        seconds: Estimate,
        to_one: Option<Ratio>,
        cores: usize,
    ) -> Point {
        let of_ratio = |r: Ratio| Estimate { value: r.value, low: r.low, high: r.high };
        let one = Estimate { value: 1.0, low: Some(1.0), high: Some(1.0) };
        let (ratio, count) = (to_one.map_or(one, of_ratio), threads as f64);
        let (speed_up, efficiency) = match scaling {
            Scaling::Weak => (ratio.map(|of_each| of_each * count), ratio),
            Scaling::Strong | Scaling::Again => (ratio, ratio.map(|all| all / count)),
        };
        let can_be_serial = scaling == Scaling::Strong && threads > 1 && threads <= cores;
        let karp_flatt = |s: f64| (1.0 / s - 1.0 / count) / (1.0 - 1.0 / count);
        let serial = can_be_serial.then(|| speed_up.map_falling(karp_flatt));
        Point { threads, seconds, to_one, speed_up, efficiency, serial }
    }

    /// What may be said of it.
    pub(super) fn standing(&self) -> Option<Standing> {
        self.to_one.map(|ratio| ratio.standing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(scaling: Scaling, threads: usize, ratio: f64, ends: (f64, f64)) -> Point {
        let seconds = Estimate::new(1.0, None);
        Point::of(scaling, threads, seconds, Some(Ratio::new(ratio, Some(ends))), 4)
    }

    fn close(found: Estimate, wanted: [f64; 3]) -> bool {
        let found = [Some(found.value), found.low, found.high];
        found.iter().zip(wanted).all(|(f, w)| f.is_some_and(|f| (f - w).abs() < 1e-9))
    }

    #[test]
    fn a_tenth_that_is_serial_is_found_by_karp_and_flatt() {
        // Amdahl: with a tenth serial, 4 threads are 1 / (0.1 + 0.9 / 4) times as fast.
        let amdahl = |serial: f64| 1.0 / (serial + (1.0 - serial) / 4.0);
        let found = point(Scaling::Strong, 4, amdahl(0.1), (amdahl(0.2), amdahl(0.05)));
        assert!(close(found.serial.unwrap(), [0.1, 0.05, 0.2]), "{found:?}");
        let efficiency = [0.1, 0.2, 0.05].map(|serial| amdahl(serial) / 4.0);
        assert!(close(found.efficiency, efficiency), "{found:?}");
    }

    #[test]
    fn threads_with_a_problem_each_do_more_by_their_number() {
        let found = point(Scaling::Weak, 3, 0.9, (0.8, 0.95));
        assert!(close(found.speed_up, [2.7, 2.4, 2.85]), "{found:?}");
        assert!(close(found.efficiency, [0.9, 0.8, 0.95]) && found.serial.is_none(), "{found:?}");
    }

    #[test]
    fn more_threads_than_cores_have_no_serial_part_and_without_rounds_there_is_no_interval() {
        assert!(point(Scaling::Strong, 5, 3.0, (2.9, 3.1)).serial.is_none());
        let seconds = Estimate::new(1.0, None);
        let ratio = Some(Ratio::new(1.8, None));
        let found = Point::of(Scaling::Strong, 2, seconds, ratio, 4);
        assert_eq!((found.speed_up.low, found.serial.unwrap().high), (None, None));
        let one = Point::of(Scaling::Strong, 1, seconds, None, 4);
        assert!(close(one.efficiency, [1.0; 3]) && one.serial.is_none(), "{one:?}");
    }
}
