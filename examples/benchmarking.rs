//! Episode "benchmarking": what to measure, and how.
//!
//! One sum, `arange(10^7).sum()`, computed over a whole array and in chunks. What to look at:
//!
//! - a time means little without how often it was taken: best, mean and spread of several runs, each
//!   of many loops, with the setup outside of the clock;
//! - the whole array's memory grows with n, the chunks' does not: `arange-memory.svg` shows both
//!   over time;
//! - how many cores there are is three questions;
//! - more workers help up to a knee, which is named only if the rounds agree on it: `workers.svg`.
//!
//! `cargo run --release --example benchmarking [FOLDER FOR THE PICTURES]`

mod common;
#[path = "common/race.rs"]
mod race;

use abreast::Fault;
use abreast::exec::{Executor, Serial, Threads};
use abreast::harness::env::Cores;
use abreast::harness::picture::{Picture, Point, Side};
use abreast::kernels::pi::Pi;
use abreast::kernels::sum::{Sum, SumArange};
use common::so;
use peak_alloc::PeakAlloc;
use race::{Race, race, say_if_busy};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Knows how many bytes this program holds, and how many it has held at most.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const N: u64 = 10_000_000;
const SUM: f64 = 49_999_995_000_000.0;
const MIB: f64 = (1 << 20) as f64;

fn main() -> Result<(), Fault> {
    let pool = Threads::new(2)?;
    memory(&pool)?;
    timing(&pool)?;
    cores();
    sweep()
}

fn arange(n: u64) -> Vec<f64> {
    (0..n).map(|i| i as f64).collect()
}

/// Makes the whole array and sums it.
fn whole(executor: &dyn Executor, n: u64) -> Result<f64, Fault> {
    Sum::job(&arange(n))?.on(executor)
}

/// Makes and sums 65 536 numbers at a time.
fn chunked(executor: &dyn Executor, n: u64) -> Result<f64, Fault> {
    SumArange::job(n)?.on(executor)
}

/// Peak memory of both ways, and its course over time.
fn memory(pool: &Threads) -> Result<(), Fault> {
    let start = MEMORY.current_usage();
    // A chunk of doubles for each thread, and a MiB for everything else.
    let bound = pool.width() * 65_536 * 8 + (1 << 20);
    println!("the sum of 0, 1, .., n - 1 on {}: bytes held at most\n", pool.name());
    println!("{:>9}  {:>16}  {:>12}  {:>12}", "n", "sum", "whole", "chunked");
    for n in [1_000_000, 4_000_000, N] {
        let (chunks, low) = with_peak(start, || chunked(pool, n));
        let (array, high) = with_peak(start, || whole(pool, n));
        let (chunks, array) = (chunks?, array?);
        println!("{n:>9}  {array:>16}  {high:>12}  {low:>12}");
        assert_eq!((array, chunks), ((n * (n - 1) / 2) as f64, array));
        assert!(high as u64 >= 8 * n, "the array itself");
        assert!(low <= bound, "{low} bytes in chunks, where {bound} were expected at most");
    }
    assert_eq!(chunked(pool, N)?, SUM);
    let lines =
        [("whole", watched(|| whole(pool, N))?), ("chunked", watched(|| chunked(pool, N))?)];
    let all = || lines.iter().flat_map(|(_, line)| line);
    let (last, most) = all().fold((0f64, 0f64), |(x, y), at| (x.max(at.0), y.max(at.1)));
    let (x, y) = (Side::linear("time (ms)", last), Side::linear("memory held (MiB)", most));
    let empty = Picture::new("Memory while 10^7 numbers are summed", x, y);
    let picture = lines.iter().fold(empty, |picture, (name, line)| {
        picture.line(name, line.iter().map(|(x, y)| Point::of(*x, *y)))
    });
    common::save("arange-memory.svg", picture.svg())?;
    so("whole arrays need memory for n numbers, chunks for as many as are at work");
    Ok(())
}

/// What `work` returns, and how many bytes more than `start` were held at most meanwhile.
fn with_peak<T>(start: usize, work: impl FnOnce() -> T) -> (T, usize) {
    MEMORY.reset_peak_usage();
    let made = work();
    (made, MEMORY.peak_usage().saturating_sub(start))
}

/// The memory held while `work` runs: milliseconds and MiB, looked at every tenth of a millisecond.
fn watched(work: impl FnOnce() -> Result<f64, Fault>) -> Result<Vec<(f64, f64)>, Fault> {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let (begin, mut seen) = (Instant::now(), Vec::new());
            // At least once, however late this thread comes.
            loop {
                let at = begin.elapsed().as_secs_f64() * 1e3;
                seen.push((at, MEMORY.current_usage() as f64 / MIB));
                if over.load(Ordering::Relaxed) {
                    return seen;
                }
                std::thread::sleep(Duration::from_micros(100));
            }
        });
        let outcome = work();
        over.store(true, Ordering::Relaxed);
        let seen = watcher.join().expect("it only watches");
        outcome.map(|_| seen)
    })
}

/// What several runs of several loops say about one call. Seconds.
struct Timing {
    best: f64,
    mean: f64,
    deviation: f64,
    loops: u32,
}

const RUNS: u32 = 7;

impl Timing {
    /// Times `work`. Enough loops that the clock's own error does not matter, and several runs, for
    /// a machine is disturbed now and then: the best run says what it can do, the deviation how far
    /// to trust the mean.
    fn of(mut work: impl FnMut()) -> Timing {
        let mut run = |loops| {
            let begin = Instant::now();
            (0..loops).for_each(|_| work());
            begin.elapsed().as_secs_f64()
        };
        let mut loops = 1;
        while run(loops) < 0.01 && loops < 1 << 20 {
            loops *= 2;
        }
        let runs: Vec<f64> = (0..RUNS).map(|_| run(loops) / f64::from(loops)).collect();
        let mean = runs.iter().sum::<f64>() / f64::from(RUNS);
        let squares: f64 = runs.iter().map(|time| (time - mean).powi(2)).sum();
        let deviation = (squares / f64::from(RUNS - 1)).sqrt();
        Timing { best: runs.iter().copied().fold(f64::INFINITY, f64::min), mean, deviation, loops }
    }
}

fn timing(pool: &Threads) -> Result<(), Fault> {
    println!("\nthe same sum for n = 10^7: time per call, {RUNS} runs");
    say_if_busy();
    println!();
    println!("{:30}  {:>9}  {:>9}  {:>9}  {:>7}", "", "best", "mean", "deviation", "loops");
    // The setup: made once, before any clock runs.
    let numbers = arange(N);
    let formula = || Ok(abreast::range_sum_formula(N as i64)? as f64);
    row("make an array and sum it", || whole(&Serial, N))?;
    row("sum an array made before", || Ok(abreast::sum(&numbers)?))?;
    row("in chunks", || chunked(&Serial, N))?;
    row("in chunks, on two threads", || chunked(pool, N))?;
    row("as integers, without arrays", || Ok(abreast::range_sum(N as i64)? as f64))?;
    row("by the formula", formula)?;
    so(
        "a time without its spread says nothing, and what is made before the clock starts is not in it",
    );
    Ok(())
}

fn row(name: &str, sum: impl Fn() -> Result<f64, Fault>) -> Result<(), Fault> {
    assert_eq!(sum()?, SUM, "{name}");
    let timing = Timing::of(|| drop(black_box(sum())));
    let Timing { best, mean, deviation, loops } = timing;
    let [best, mean, deviation] = [best, mean, deviation].map(human);
    println!("{name:30}  {best:>9}  {mean:>9}  {deviation:>9}  {loops:>7}");
    Ok(())
}

fn human(seconds: f64) -> String {
    format!("{:.2?}", Duration::from_secs_f64(seconds))
}

fn cores() {
    let cores = Cores::here();
    println!("\nhow many cores?");
    println!("  {} in the machine", cores.physical);
    println!("  {} for its programs to see: two threads may share a core", cores.logical);
    println!("  {} that this process may use", cores.allowed);
    println!("  {} worth a worker each", cores.usable());
    so("start as many workers as there are cores that this process may use");
}

const MAX: usize = 8;

/// Pi from twenty million points with one worker, two, three, .. in turns.
fn sweep() -> Result<(), Fault> {
    const POINTS: u64 = 20_000_000;
    let hits = abreast::pi_hits(POINTS, 1)?;
    println!("\npi from {POINTS} points: workers, time, speed-up with its interval");
    say_if_busy();
    let pools: Result<Vec<Threads>, _> = (1..=MAX).map(Threads::new).collect();
    let (pools, job) = (pools?, Pi::job(POINTS, 1)?);
    // Each is compared with each.
    let race = race(MAX, MAX * (MAX - 1) / 2, Duration::from_secs(1), |way| {
        let begin = Instant::now();
        assert_eq!(black_box(job.on(&pools[way])?), hits, "{} workers", way + 1);
        Ok::<_, Fault>(begin.elapsed())
    })?;
    let speed_ups: Vec<_> = (0..MAX).map(|way| race.speed_up(way, 0)).collect();
    for (way, speed_up) in speed_ups.iter().enumerate() {
        println!("{:>3}  {:>9.2?}  {speed_up}", way + 1, race.time(way));
    }
    let points = speed_ups.iter().zip(1..).map(|(speed_up, workers)| {
        let of = |ends| Point::within(f64::from(workers), speed_up.ratio(), ends);
        speed_up.interval().map_or(Point::of(f64::from(workers), speed_up.ratio()), of)
    });
    let most = speed_ups.iter().map(|s| s.interval().map_or(s.ratio(), |(_, high)| high));
    let top = most.fold(2.0, f64::max);
    let (x, y) = (Side::whole("workers", 1..=MAX as u32), Side::linear("speed-up", top));
    let picture = Picture::new("Pi on one to eight workers", x, y)
        .line("measured, with its interval", points)
        .dashed("a core for each worker", [(1.0, 1.0), (top, top)]);
    common::save("workers.svg", picture.svg())?;
    so(match (knee(&race), Cores::here().usable()) {
        (1, _) => "no knee can be named: what a second worker gains is less than the noise here"
            .to_owned(),
        (knee, cores) if knee <= cores => {
            format!("the knee is at {knee}: more workers than that are not known to gain a tenth")
        }
        (knee, cores) => format!(
            "no knee can be named: {knee} workers were the fastest on {cores} cores, where others are at work"
        ),
    });
    Ok(())
}

/// The first number of workers that no larger one is known to beat by a tenth.
fn knee(race: &Race) -> usize {
    let beaten = |at: usize| (at + 1..MAX).any(|later| race.speed_up(later, at).is_at_least(1.1));
    1 + (0..MAX).find(|at| !beaten(*at)).expect("nobody beats the last one")
}
