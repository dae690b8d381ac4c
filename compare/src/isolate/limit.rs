//! How long a step may take, and what a group of processes has used.

use std::fs;
use std::time::{Duration, Instant};

/// A step took too long: in which way, and what the limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overdue {
    /// It used more CPU time; where the system does not tell, more time on the wall.
    Used(Duration),
    /// All threads of the worker slept or were stopped for so long.
    Slept(Duration),
}

/// What a process group has used by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Usage {
    /// CPU time of all its processes, living or waited for.
    pub(super) cpu: Duration,
    /// Whether one of its threads runs, waits for a processor, or for a disk.
    pub(super) awake: bool,
}

/// Looks at a worker now and then, and says when a step is over its limit.
#[derive(Debug)]
pub(super) struct Watchdog {
    limit: Duration,
    last: Option<Duration>,
    spent: Duration,
    asleep: Duration,
}

impl Watchdog {
    pub(super) fn new(limit: Duration) -> Watchdog {
        Watchdog { limit, last: None, spent: Duration::ZERO, asleep: Duration::ZERO }
    }

    /// How long to wait between two looks. Time between them counts as this much at most: a
    /// program that was stopped for an hour has not slept for one.
    pub(super) fn interval(&self) -> Duration {
        (self.limit / 8).clamp(Duration::from_millis(10), Duration::from_millis(250))
    }

    /// A new step begins.
    pub(super) fn step(&mut self) {
        *self = Watchdog::new(self.limit);
    }

    /// Takes a look: what is wrong, if anything.
    pub(super) fn look(&mut self, usage: Usage) -> Option<Overdue> {
        let used = usage.cpu.saturating_sub(self.last.unwrap_or(usage.cpu));
        self.last = Some(usage.cpu);
        self.spent += used;
        self.asleep = match usage.awake || used > Duration::ZERO {
            true => Duration::ZERO,
            false => self.asleep + self.interval(),
        };
        if self.spent > self.limit {
            return Some(Overdue::Used(self.limit));
        }
        (self.asleep > self.limit).then_some(Overdue::Slept(self.limit))
    }
}

/// What a worker has used since it was born: time on the wall, where the system does not tell.
#[cfg(not(target_os = "linux"))]
pub(super) fn usage(_: u32, born: Instant) -> Usage {
    Usage { cpu: born.elapsed(), awake: true }
}

/// What a worker and the processes of its group have used.
#[cfg(target_os = "linux")]
pub(super) fn usage(group: u32, _: Instant) -> Usage {
    let (mut ticks, mut awake) = (0, false);
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    for process in all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()) {
        if let Some(used) = ticks_of(process, group) {
            ticks += used;
            awake |= is_awake(process);
        }
    }
    let per_second = rustix::param::clock_ticks_per_second() as f64;
    Usage { cpu: Duration::from_secs_f64(ticks as f64 / per_second), awake }
}

/// User and system time of a process of this group, its own and that of children that it waited for.
#[cfg(target_os = "linux")]
fn ticks_of(process: u32, group: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may hold anything.
    let fields: Vec<&str> = text[text.rfind(')')? + 1..].split_ascii_whitespace().collect();
    let number = |i: usize| fields.get(i)?.parse::<u64>().ok();
    if number(2)? == u64::from(group) { (11..15).map(number).sum() } else { None }
}

#[cfg(target_os = "linux")]
fn is_awake(process: u32) -> bool {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten();
    threads.flatten().any(|thread| {
        let text = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        let state = text.rfind(')').and_then(|end| text[end + 1..].trim_start().chars().next());
        matches!(state, Some('R' | 'D'))
    })
}

/// How many threads this process has.
pub fn threads() -> usize {
    fs::read_dir("/proc/self/task").map_or(1, Iterator::count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(millis: u64, awake: bool) -> Usage {
        Usage { cpu: Duration::from_millis(millis), awake }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_is_awake_and_uses_time() {
        let group = rustix::process::getpgrp().as_raw_nonzero().get().cast_unsigned();
        let before = usage(group, Instant::now());
        assert!(before.awake, "this thread runs");
        while usage(group, Instant::now()).cpu <= before.cpu {}
    }

    #[test]
    fn cpu_time_counts_and_time_on_the_wall_does_not() {
        let mut watchdog = Watchdog::new(Duration::from_secs(2));
        // A worker that hardly gets a processor, and one look after another for a day.
        let looks = 24 * 3600 * 4;
        assert!((0..looks).all(|_| watchdog.look(used(5000, true)).is_none()));
        assert!((0..=20).all(|i| watchdog.look(used(5000 + 100 * i, false)).is_none()));
        let why = watchdog.look(used(7001, true)).unwrap();
        assert_eq!(why, Overdue::Used(Duration::from_secs(2)));
    }

    #[test]
    fn each_step_counts_from_its_beginning() {
        let mut watchdog = Watchdog::new(Duration::from_secs(1));
        for step in 0..10 {
            watchdog.step();
            assert_eq!(watchdog.look(used(900 * step, true)), None);
            assert_eq!(watchdog.look(used(900 * (step + 1), true)), None);
        }
    }

    #[test]
    fn who_sleeps_is_given_up_and_who_wakes_is_not() {
        let mut watchdog = Watchdog::new(Duration::from_secs(1));
        for i in 0..100 {
            // A little work now and then.
            assert_eq!(watchdog.look(used(i / 6, false)), None, "{i}");
        }
        watchdog.step();
        let looks = (0..).take_while(|_| watchdog.look(used(500, false)).is_none()).count();
        assert_eq!(looks, 8);
    }

    #[test]
    fn limits_at_their_extremes_are_limits() {
        let mut longest = Watchdog::new(Duration::MAX);
        longest.look(used(0, true));
        assert_eq!(longest.look(Usage { cpu: Duration::MAX, awake: true }), None);
        assert!(Watchdog::new(Duration::ZERO).interval() > Duration::ZERO);
    }
}
