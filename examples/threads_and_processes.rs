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
//! Times are taken in turns and come with an interval; where that does not exclude chance, no gain is claimed.
//!
//! A program that is its own worker begins its `main` with `worker_main`. The chapters about
//! processes are in `threads_and_processes/processes.rs`, and need Linux.
//!
//! `cargo run --release --example threads_and_processes`

#[cfg(target_os = "linux")]
#[path = "threads_and_processes/processes.rs"]
mod processes;

mod common;
#[path = "common/race.rs"]
mod race;

use abreast::bag::Bag;
use abreast::exec::{Control, Executor, Locked, Serial, Threads};
use abreast::kernels::pi::Pi;
use abreast::{Fault, Tasks, executors, sample};
use common::so;
use race::{race, say_if_busy};
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
    println!("pi from {POINTS} points, in turns");
    say_if_busy();
    let (serial, threads) = (Serial, Threads::new(2)?);
    let locked = Locked::new(threads.clone());
    // Each with how many tasks may ever run at once.
    let executors: [(&dyn Executor, usize); 3] = [(&serial, 1), (&threads, 2), (&locked, 1)];
    let mut most_inside = [0; 3];
    let race = race(executors.len(), 2, Duration::from_secs(1), |way| {
        let (executor, most) = executors[way];
        let job = Pi::job(POINTS, SEED)?;
        let mut partials = job.blank()?;
        let (took, inside) = watched(executor, job.tasks(&mut partials)?)?;
        assert_eq!(job.finish(partials.into()), 78_543_406);
        assert!((1..=most).contains(&inside), "{}", executor.name());
        most_inside[way] = inside.max(most_inside[way]);
        Ok::<_, Fault>(took)
    })?;
    println!("\n{:18}  {:>9}  {:>12}  speed-up", "", "time", "most at once");
    for (way, (executor, _)) in executors.iter().enumerate() {
        let speed_up = match way {
            0 => String::new(),
            way => race.speed_up(way, 0).to_string(),
        };
        let (name, time, most) = (executor.name(), race.time(way), most_inside[way]);
        println!("{name:18}  {time:>9.1?}  {most:>12}  {speed_up}");
    }
    so(match (race.speed_up(1, 0).is_faster(), race.speed_up(2, 0).is_faster()) {
        (true, false) => "two threads gain as long as no lock makes them take turns",
        (false, _) => {
            "under a lock one task runs at a time; what threads gain without it cannot be told here"
        }
        (true, true) => {
            "under a lock one task runs at a time: what seems gained there, the machine's noise gave"
        }
    });
    Ok(())
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
    const LENGTH: usize = 200_000;
    let random = |seed| (0..LENGTH as u64).map(|i| sample::splitmix64(seed, i)).collect();
    let arrays: Vec<Vec<u64>> = vec![random(1), random(2)];
    let sorted = |mut array: Vec<u64>| {
        array.sort();
        array
    };
    let both = Bag::of(arrays, 2)?.map(sorted);
    let (control, threads) = (Control::default(), Threads::new(2)?);
    let executors: [&dyn Executor; 2] = [&Serial, &threads];
    let mut results = [Vec::new(), Vec::new()];
    let race = race(2, 1, Duration::from_secs(1), |way| {
        let (sorted, took) = timed(|| both.collect(executors[way], &control))?;
        results[way] = sorted;
        Ok::<_, Fault>(took)
    })?;
    let [slow, fast] = [0, 1].map(|way| race.time(way));
    println!("\ntwo arrays of {LENGTH} numbers, sorted one by one in {slow:.0?},");
    println!("each by a thread of its own in {fast:.0?}: {}", race.speed_up(1, 0));
    let [one_by_one, at_once] = results;
    assert_eq!(one_by_one, at_once);
    assert!(at_once.iter().all(|array| array.is_sorted() && array.len() == LENGTH));
    so(match race.speed_up(1, 0).is_faster() {
        true => "two things that need nothing of each other take two threads less time",
        false => "two threads need two cores: here there was no time to be gained",
    });
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
    println!("\npi from n points in four chunks, in turns");
    say_if_busy();
    print!("\n{:>10}", "n");
    executors.iter().for_each(|executor| print!("  {:>10}", executor.name()));
    println!();
    let sizes: Vec<u64> = (10..=24).step_by(2).map(|k| 1 << k).collect();
    let questions = sizes.len() * (executors.len() - 1);
    let mut races = Vec::new();
    for n in &sizes {
        let expected = abreast::pi_hits(*n, SEED)?;
        let race = race(executors.len(), questions, Duration::from_millis(200), |way| {
            let job = Pi::job(*n, SEED)?.with_chunk(n / 4)?;
            let mut partials = job.blank()?;
            let took = job.on_into(&*executors[way], &mut partials)?.wall;
            assert_eq!(job.finish(partials.into()), expected);
            Ok::<_, Fault>(took)
        })?;
        print!("{n:>10}");
        (0..executors.len()).for_each(|way| print!("  {:>10.1?}", race.time(way)));
        println!();
        races.push(race);
    }
    println!();
    for (way, executor) in executors.iter().enumerate().skip(1) {
        // From where on it is always known to be faster.
        let faster = |race: &race::Race| race.speed_up(way, 0).is_faster();
        let even = races.iter().rposition(|race| !faster(race)).map_or(0, |row| row + 1);
        match sizes.get(even) {
            Some(n) => println!("{} pays from n = {n} on", executor.name()),
            None => println!("{} is not known to pay at any of these sizes here", executor.name()),
        }
    }
    so("a pool has a price, so a problem must be large enough for it: measure where that is");
    Ok(())
}
