//! Episode "benchmarking": what to measure, and how.
//!
//! One sum, `arange(10^7).sum()`, computed over a whole array and in chunks. What to look at:
//!
//! - a time means little without how often it was taken: best, mean and spread of several runs, each
//!   of many loops, with the setup outside of the clock;
//! - the whole array's memory grows with n, the chunks' does not: `arange-memory.svg` shows both
//!   over time;
//! - how many cores there are is three questions;
//! - more workers help up to a knee: `workers.svg`.
//!
//! `cargo run --release --example benchmarking [FOLDER FOR THE PICTURES]`

mod common;

use abreast::Fault;
use abreast::exec::{Executor, Serial, Threads};
use abreast::harness::env::Cores;
use abreast::kernels::pi::Pi;
use abreast::kernels::sum::{Sum, SumArange};
use peak_alloc::PeakAlloc;
use plotters::prelude::*;
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
    common::save("arange-memory.svg", plot(["ms", "MiB"], &lines))
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
    println!("\nthe same sum for n = 10^7: time per call, {RUNS} runs\n");
    println!("{:30}  {:>9}  {:>9}  {:>9}  {:>7}", "", "best", "mean", "deviation", "loops");
    // The setup: made once, before any clock runs.
    let numbers = arange(N);
    let formula = || Ok(abreast::range_sum_formula(N as i64)? as f64);
    row("make an array and sum it", || whole(&Serial, N))?;
    row("sum an array made before", || Ok(abreast::sum(&numbers)?))?;
    row("in chunks", || chunked(&Serial, N))?;
    row("in chunks, on two threads", || chunked(pool, N))?;
    row("as integers, without arrays", || Ok(abreast::range_sum(N as i64)? as f64))?;
    row("by the formula", formula)
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
}

const MAX: usize = 8;

/// Pi from twenty million points with one worker, two, three, ..
fn sweep() -> Result<(), Fault> {
    const POINTS: u64 = 20_000_000;
    let hits = abreast::pi_hits(POINTS, 1)?;
    println!("\npi from {POINTS} points: workers, ms, speed-up");
    let mut times = Vec::new();
    for workers in 1..=MAX {
        let pool = Threads::new(workers)?;
        let job = Pi::job(POINTS, 1)?;
        assert_eq!(job.on(&pool)?, hits, "{workers} workers");
        times.push(Timing::of(|| drop(black_box(job.on(&pool)))).best);
        let (time, first) = (times[workers - 1], times[0]);
        println!("{workers:>3}  {:>7.2}  {:>5.2}x", time * 1e3, first / time);
    }
    let knee = knee(&times);
    println!("the knee is at {knee}: more workers than that gain less than a tenth");
    let speed_up = |(at, time): (usize, &f64)| ((at + 1) as f64, times[0] / time);
    let lines = [
        ("measured", times.iter().enumerate().map(speed_up).collect()),
        ("a core for each", (1..=MAX).map(|n| (n as f64, n as f64)).collect()),
    ];
    common::save("workers.svg", plot(["workers", "speed-up"], &lines))
}

/// The first number of workers that no larger one beats by a tenth.
fn knee(times: &[f64]) -> usize {
    let beaten = |at: usize| times[at..].iter().any(|later| later * 1.1 < times[at]);
    1 + (0..times.len()).find(|at| !beaten(*at)).expect("the last one is not beaten")
}

/// Lines over common axes, as SVG.
fn plot([across, up]: [&str; 2], lines: &[(&str, Vec<(f64, f64)>)]) -> String {
    let mut svg = String::new();
    draw(&mut svg, [across, up], lines).expect("a string takes every drawing");
    svg
}

fn draw(
    svg: &mut String,
    [across, up]: [&str; 2],
    lines: &[(&str, Vec<(f64, f64)>)],
) -> Result<(), Box<dyn std::error::Error>> {
    let points = || lines.iter().flat_map(|(_, line)| line);
    let (right, top) = points().fold((0f64, 0f64), |(x, y), at| (x.max(at.0), y.max(at.1)));
    let area = SVGBackend::with_string(svg, (640, 400)).into_drawing_area();
    let mut chart = ChartBuilder::on(&area)
        .margin(16)
        .x_label_area_size(36)
        .y_label_area_size(48)
        .build_cartesian_2d(0.0..right, 0.0..1.1 * top)?;
    chart.configure_mesh().x_desc(across).y_desc(up).draw()?;
    for ((name, line), colour) in lines.iter().zip([RGBColor(0, 90, 160), RGBColor(200, 90, 0)]) {
        let drawn = LineSeries::new(line.iter().copied(), colour.stroke_width(2));
        chart
            .draw_series(drawn)?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
    }
    chart.configure_series_labels().border_style(BLACK).draw()?;
    area.present()?;
    Ok(())
}
