//! The engine on clocks that the tests make up: no test here reads the real one.

use super::*;
use std::convert::Infallible;

const EFFORT: Effort = Effort {
    budget: Duration::from_millis(400),
    block: Duration::from_millis(1),
    least_rounds: 15,
    most_rounds: 101,
    resolution: Duration::from_nanos(25),
    seed: 7,
};

/// A machine whose speed drifts by half between rounds and whose blocks are disturbed, mostly a
/// little and sometimes a lot, always upwards.
struct Machine {
    random: Random,
    steps: u64,
}

impl Machine {
    fn new(seed: u64) -> Machine {
        Machine { random: Random::new(seed), steps: 0 }
    }

    fn unit(&mut self) -> f64 {
        self.random.unit()
    }

    fn block(&mut self, seconds_per_call: f64, calls: u64) -> Duration {
        self.steps += 1;
        let drift = 1.25 + 0.25 * (self.steps as f64 / 80.0).sin();
        let hit = if self.unit() < 0.1 { 0.5 * self.unit() } else { 0.01 * self.unit() };
        Duration::from_secs_f64(calls as f64 * seconds_per_call * drift * (1.0 + hit))
    }
}

fn rounds(seconds: &[f64], effort: &Effort, machine_seed: u64) -> Rounds {
    let mut machine = Machine::new(machine_seed);
    let run = |v: usize, calls| Ok::<_, Infallible>(machine.block(seconds[v], calls));
    measure(seconds.len(), effort, run).unwrap()
}

#[test]
fn a_known_ratio_is_found_under_drift_that_hides_it_from_single_times() {
    let times = [1e-6, 0.98e-6, 0.25e-6, 1e-6];
    let rounds = rounds(&times, &EFFORT, 1);
    for (variant, truth) in [(1, 1.0 / 0.98), (2, 4.0), (3, 1.0)] {
        let found = rounds.speed_up(variant, 0, 0.01);
        let (low, high) = found.interval.unwrap();
        assert!(low <= truth && truth <= high, "{variant}: {truth} not in {low}..{high}");
        assert!((found.ratio / truth - 1.0).abs() < 0.004, "{variant}: {}", found.ratio);
        assert!(high / low < 1.02, "{variant}: {low}..{high} says nothing");
    }
    // The rounds of one variant alone spread by tens of percent.
    assert!(rounds.median(0) / rounds.best(0) > 1.1);
}

#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    let effort = Effort { least_rounds: 25, most_rounds: 25, ..EFFORT };
    for alpha in [0.05, 0.2] {
        let holds = |seed: &u64| {
            let found = rounds(&[1e-6, 1e-6], &Effort { seed: *seed, ..effort }, !seed);
            let (low, high) = found.speed_up(1, 0, alpha).interval.unwrap();
            low <= 1.0 && 1.0 <= high
        };
        let held = (0..600).filter(holds).count() as f64 / 600.0;
        // Order statistics come in steps, so the real coverage is a little above the nominal one.
        assert!(held >= 1.0 - alpha - 0.02, "{held} with alpha {alpha}");
        assert!(held <= 1.0 - alpha + 0.12, "{held} with alpha {alpha}: needlessly wide");
    }
}

#[test]
fn ranks_are_those_of_the_published_table() {
    // Two-sided 5 % sign test: smallest n with an interval is 6; n = 10, 20, 50 have ranks 2, 6, 18.
    assert_eq!(sign_test_rank(5, 0.05), None);
    for (rounds, rank) in [(6, 1), (10, 2), (20, 6), (50, 18)] {
        assert_eq!(sign_test_rank(rounds, 0.05), Some(rank), "{rounds} rounds");
    }
    assert_eq!(rounds_needed(0.05), 6);
    assert_eq!(rounds_needed(0.05 / 100.0), 12);
    assert_eq!(sign_test_rank(0, 0.05), None);
}

#[test]
fn squares_are_latin_and_no_two_alike() {
    for size in 1..9 {
        let mut order = Order::new(size, 3);
        let squares: Vec<Vec<Vec<usize>>> =
            (0..4).map(|_| (0..size).map(|_| order.next_round().to_vec()).collect()).collect();
        for square in &squares {
            let complete = |line: Vec<usize>| sorted_usize(line) == (0..size).collect::<Vec<_>>();
            assert!(square.iter().cloned().all(complete));
            assert!((0..size).all(|c| complete(square.iter().map(|row| row[c]).collect())));
        }
        assert!(size < 4 || squares.windows(2).all(|pair| pair[0] != pair[1]), "size {size}");
    }
}

fn sorted_usize(mut line: Vec<usize>) -> Vec<usize> {
    line.sort_unstable();
    line
}

#[test]
fn every_variant_has_as_many_calls_as_fit_a_block() {
    // The fast one needs 2,500 calls to be seen by the clock. They are not the slow one's calls.
    let rounds = rounds(&[1e-3, 1e-9], &EFFORT, 2);
    assert_eq!(rounds.calls[0], 1);
    // A block of a millisecond, on a machine that is up to half slower than its own best.
    assert!((500_000..=1_000_000).contains(&rounds.calls[1]), "{:?} calls", rounds.calls);
    assert_eq!(rounds.len(), EFFORT.most_rounds);
}

#[test]
fn a_block_is_never_shorter_than_the_clock_can_see() {
    let effort = Effort { block: Duration::from_nanos(10), ..EFFORT };
    let found = rounds(&[1e-9, 1e-9], &effort, 2);
    assert!(found.calls[0] as f64 * found.best(0) >= 80.0 * 25e-9, "{:?} calls", found.calls);
}

#[test]
fn a_slow_variant_gets_one_call_and_as_many_rounds_as_patience_allows() {
    let found = rounds(&[0.02, 0.01], &EFFORT, 2);
    assert_eq!(found.calls, [1, 1]);
    assert_eq!(found.len(), EFFORT.least_rounds);
    let found = rounds(&[20.0, 1.0], &EFFORT, 2);
    assert_eq!(found.len(), Effort::MIN_ROUNDS);
    assert_eq!(found.speed_up(1, 0, 0.05).interval, None);
}

#[test]
fn one_disturbance_does_not_pass_for_slowness() {
    // Every fifth block waits for somebody else, among them the first one.
    let mut blocks = 0;
    let run = |_, calls: u64| {
        blocks += 1;
        let wait = if blocks % 5 == 1 { Duration::from_millis(4) } else { Duration::ZERO };
        Ok::<_, Infallible>(wait + Duration::from_nanos(calls * 100))
    };
    let found = measure(3, &EFFORT, run).unwrap();
    assert!(found.calls.iter().all(|n| *n > 9000), "{:?} calls where 10 000 fit", found.calls);
}

#[test]
fn a_first_call_that_waits_for_somebody_else_does_not_pass_for_slowness() {
    let mut is_first = [true; 2];
    let run = |variant: usize, calls: u64| {
        let wait = if is_first[variant] { Duration::from_millis(50) } else { Duration::ZERO };
        is_first[variant] = false;
        Ok::<_, Infallible>(wait + Duration::from_nanos(calls * 100))
    };
    let found = measure(2, &EFFORT, run).unwrap();
    assert!(found.calls.iter().all(|n| *n > 9000), "{:?} calls where 10 000 fit", found.calls);
}

#[test]
fn an_error_ends_the_measurement() {
    let run = |variant, _| match variant {
        1 => Err("broken"),
        _ => Ok(Duration::from_micros(5)),
    };
    assert_eq!(measure(2, &EFFORT, run).unwrap_err(), "broken");
}

#[test]
fn a_clock_that_stands_still_does_not_hang_or_divide_by_zero() {
    let run = |_, calls: u64| {
        Ok::<_, Infallible>(Duration::from_nanos(if calls > 1 << 30 { 50_000_000 } else { 0 }))
    };
    let found = measure(2, &EFFORT, run).unwrap();
    assert_eq!(found.speed_up(1, 0, 0.5).ratio, 1.0);
}

#[test]
fn a_block_that_waited_is_dropped_unless_it_is_long() {
    let micros = Duration::from_micros;
    assert!(is_disturbed(micros(3200), micros(3000)));
    assert!(!is_disturbed(micros(200), micros(3)), "a part too small to matter");
    assert!(!is_disturbed(micros(20_000), micros(10_000)), "the next one would wait, too");
    assert!(!is_disturbed(micros(200), micros(0)));
}

#[test]
fn the_interval_of_a_time_is_that_of_its_median_and_of_all_starts_their_hull() {
    use crate::summary::Starts;
    let start = |from: u8| Rounds::of(vec![(from..from + 10).map(f64::from).collect()]);
    // The second and the last but one of ten, at 5 %.
    assert_eq!((start(1).median(0), start(1).interval(0, 0.05)), (5.5, Some((2.0, 9.0))));
    let all = Starts::new(vec![start(1), start(4)], 0.05);
    assert_eq!(all.interval(0), Some((2.0, 12.0)));
    let short = || Rounds::of(vec![vec![1.0; 5]]);
    assert_eq!(short().interval(0, 0.05), None);
    assert_eq!(Starts::new(vec![start(1), short()], 0.05).interval(0), None);
}
