//! Episode "threads and processes": two ways to do two things at once.
//!
//! What to look at:
//!
//! - two threads count the points of pi in half the time; under `Locked`, which lets one task run at
//!   a time as an interpreter with a global lock does, they gain nothing;
//! - two worker processes are two process numbers; what they share they must share on purpose: a
//!   named array, a counter (exact when it is atomic, short when it is not), a queue;
//! - a worker that is killed in the middle of its work loses nothing;
//! - a pool has a price: below some problem size one thread is faster.
//!
//! A program that is its own worker begins its `main` with `worker_main`. The chapters about
//! processes are in `threads_and_processes/processes.rs`, and need Linux.
//!
//! `cargo run --release --example threads_and_processes`

#[cfg(target_os = "linux")]
#[path = "threads_and_processes/processes.rs"]
mod processes;

use abreast::bag::Bag;
use abreast::exec::{Control, Executor, Locked, Serial, Threads};
use abreast::kernels::pi::Pi;
use abreast::{Fault, Tasks, executors, sample};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn main() -> Result<(), Fault> {
    #[cfg(target_os = "linux")]
    processes::enter();

    pi_on_two_threads()?;
    two_arrays()?;
    #[cfg(target_os = "linux")]
    processes::story()?;
    the_price_of_a_pool()
}

const POINTS: u64 = 100_000_000;
const SEED: u64 = 1;

fn pi_on_two_threads() -> Result<(), Fault> {
    println!("pi from {POINTS} points; best of three\n");
    println!("{:18}  {:>9}  {:>8}  {:>12}", "", "time", "speed-up", "most at once");
    let alone = row(&Serial, 1, None)?;
    row(&Threads::new(2)?, 2, Some(alone))?;
    row(&Locked::new(Threads::new(2)?), 1, Some(alone))?;
    Ok(())
}

/// Counts the hits on `executor`, where at most so many tasks may ever run at once.
fn row(executor: &dyn Executor, most: usize, alone: Option<Duration>) -> Result<Duration, Fault> {
    let (mut best, mut most_inside) = (Duration::MAX, 0);
    for _ in 0..3 {
        let job = Pi::job(POINTS, SEED)?;
        let mut partials = job.blank()?;
        let (took, inside) = watched(executor, job.tasks(&mut partials)?)?;
        (best, most_inside) = (best.min(took), most_inside.max(inside));
        assert_eq!(job.finish(partials.into()), 78_543_406);
    }
    let speed_up = alone.unwrap_or(best).as_secs_f64() / best.as_secs_f64();
    let name = executor.name();
    println!("{name:18}  {best:>9.1?}  {speed_up:>7.2}x  {most_inside:>12}");
    assert!((1..=most).contains(&most_inside), "{name}");
    Ok(best)
}

/// Tasks, and how many of them were ever under way at the same time.
struct Watched<T> {
    tasks: T,
    inside: AtomicUsize,
    most_inside: AtomicUsize,
}

/// How long the tasks took, and how many were under way at most.
fn watched(executor: &dyn Executor, tasks: impl Tasks) -> Result<(Duration, usize), Fault> {
    let (inside, most_inside) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let watched = Watched { tasks, inside, most_inside };
    let report = executor.run(&watched, &Control::default())?;
    Ok((report.wall, watched.most_inside.into_inner()))
}

impl<T: Tasks> Tasks for Watched<T> {
    fn len(&self) -> usize {
        self.tasks.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        let inside = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_inside.fetch_max(inside, Ordering::SeqCst);
        let outcome = self.tasks.run(i);
        self.inside.fetch_sub(1, Ordering::SeqCst);
        outcome
    }
}

/// Two arrays, each sorted by a thread of its own.
fn two_arrays() -> Result<(), Fault> {
    let random = |seed| (0..1_000_000).map(|i| sample::splitmix64(seed, i)).collect();
    let arrays: Vec<Vec<u64>> = vec![random(1), random(2)];
    let sorted = |mut array: Vec<u64>| {
        array.sort();
        array
    };
    let both = Bag::of(arrays, 2)?.map(sorted);
    let control = Control::default();
    let (one_by_one, slow) = timed(|| both.collect(&Serial, &control))?;
    let threads = Threads::new(2)?;
    let (at_once, fast) = timed(|| both.collect(&threads, &control))?;
    println!("\ntwo arrays of a million numbers, sorted one by one in {slow:.0?},");
    println!("each by a thread of its own in {fast:.0?}");
    assert_eq!(one_by_one, at_once);
    assert!(at_once.iter().all(|array| array.is_sorted() && array.len() == 1_000_000));
    Ok(())
}

fn timed<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<(T, Duration), Fault> {
    let begin = Instant::now();
    let made = work()?;
    Ok((made, begin.elapsed()))
}

/// Small problems are not worth a pool: the same points in four chunks, here and there.
fn the_price_of_a_pool() -> Result<(), Fault> {
    let mut executors = vec![executors::parse("serial")?, executors::parse("threads:2")?];
    if abreast::exec::can_start_workers() {
        executors.push(executors::parse("procs:2")?);
    }
    println!("\npi from n points in four chunks, best of ten\n");
    print!("{:>10}", "n");
    executors.iter().for_each(|executor| print!("  {:>10}", executor.name()));
    println!();
    let mut table = Vec::new();
    for n in (10..=24).step_by(2).map(|k| 1 << k) {
        let times: Result<Vec<_>, _> =
            executors.iter().map(|executor| best_of_ten(&**executor, n)).collect();
        let times = times?;
        print!("{n:>10}");
        times.iter().for_each(|time| print!("  {time:>10.1?}"));
        println!();
        table.push((n, times));
    }
    println!();
    for (column, executor) in executors.iter().enumerate().skip(1) {
        // From where on it is always faster.
        let slower = |(_, times): &(u64, Vec<Duration>)| times[column] >= times[0];
        let even = table.iter().rposition(slower).map_or(0, |row| row + 1);
        match table.get(even) {
            Some((n, _)) => println!("{} pays from n = {n} on", executor.name()),
            None => println!("{} does not pay here: the cores are busy", executor.name()),
        }
    }
    Ok(())
}

fn best_of_ten(executor: &dyn Executor, n: u64) -> Result<Duration, Fault> {
    let expected = abreast::pi_hits(n, SEED)?;
    let mut best = Duration::MAX;
    for _ in 0..10 {
        let job = Pi::job(n, SEED)?.with_chunk(n / 4)?;
        let mut partials = job.blank()?;
        best = best.min(job.on_into(executor, &mut partials)?.wall);
        assert_eq!(job.finish(partials.into()), expected);
    }
    Ok(best)
}
