//! Asynchronous code: one thread that waits for many things, and a pool that computes.
//!
//! It answers the lesson's episode of that name, where Python's asyncio gathers coroutines and
//! `to_thread` keeps the event loop free. Here tokio drives the loop and `abreast::aio` brings kernels
//! to it. Look at which thread things run on: two counters take turns on one without a lock; a kernel
//! called on the loop stops its clock and one sent `to_thread` does not; and a future that is
//! dropped takes its work with it. The last table says how small a task may be.
//!
//! `cargo run --release --example asynchronous`

mod common;
#[path = "common/race.rs"]
mod race;

use abreast::Fault;
use abreast::aio;
use abreast::exec::{Cancel, Threads};
use abreast::harness::measure::sign_test_rank;
use abreast::kernels::pi::Pi;
use common::so;
use race::say_if_busy;
use std::cell::RefCell;
use std::f64::consts::PI;
use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

fn main() -> Result<(), Fault> {
    let pool = Threads::new(2)?;
    let event_loop = Builder::new_current_thread().enable_time().build().expect("a runtime");
    event_loop.block_on(async {
        two_counters_take_turns().await;
        three_timers_run_out_together().await;
        the_loop_keeps_ticking(&pool).await?;
        pi_is_gathered(&pool).await?;
        dropping_a_future_stops_the_work().await?;
        how_small_may_a_task_be(&pool).await
    })
}

async fn two_counters_take_turns() {
    println!("Two counters on one thread");
    // No lock: only one of them runs at a time, and it gives way only where it awaits.
    let log = RefCell::new(Vec::new());
    let count = async |name: char| {
        for i in 1..=4 {
            log.borrow_mut().push((format!("{name}{i}"), std::thread::current().id()));
            yield_now().await;
        }
    };
    aio::gather(['a', 'b'].map(&count)).await;
    let (said, threads): (Vec<String>, Vec<_>) = log.take().into_iter().unzip();
    println!("  {}", said.join(" "));
    // Who goes first in a round is up to the runtime; nobody gets ahead by one.
    for (round, i) in said.chunks(2).zip(1..) {
        let mut round = round.to_vec();
        round.sort();
        assert_eq!(round, [format!("a{i}"), format!("b{i}")]);
    }
    assert!(threads.iter().all(|id| *id == std::thread::current().id()));
    so("what runs on one thread and gives way only where it awaits needs no lock");
}

async fn three_timers_run_out_together() {
    const NAP: Duration = Duration::from_millis(100);
    println!("\nAn async timer");
    let awake = RefCell::new(0);
    let nap = async |_| {
        let asleep_before = *awake.borrow() == 0;
        sleep(NAP).await;
        *awake.borrow_mut() += 1;
        asleep_before
    };
    let (side_by_side, took) = aio::timed(aio::gather([0, 1, 2].map(&nap))).await;
    println!("  three naps of {NAP:?} took {took:.0?}: waiting needs no thread");
    // Each fell asleep before any of them woke.
    assert_eq!(side_by_side, [true; 3]);
    assert!(took >= NAP);
    so("waiting is not working: any number of timers run out on one thread");
}

/// Ticks about once a millisecond, until told to stop. Counts the ticks where others can see them,
/// and gives the longest time between two.
async fn tick(stop: Arc<Cancel>, ticks: Arc<AtomicU32>) -> Duration {
    let (mut longest, mut last) = (Duration::ZERO, Instant::now());
    while !stop.is_cancelled() {
        sleep(Duration::from_millis(1)).await;
        longest = longest.max(last.elapsed());
        last = Instant::now();
        ticks.fetch_add(1, Ordering::Relaxed);
    }
    longest
}

/// What a future gives and how long it took, with the ticks of the loop's clock by its end and the
/// longest gap between two.
async fn beside_the_clock<F: Future>(
    work: impl FnOnce(Arc<AtomicU32>) -> F,
) -> (F::Output, Duration, (u32, Duration)) {
    let (stop, ticks) = (Arc::new(Cancel::default()), Arc::new(AtomicU32::new(0)));
    let clock = tokio::spawn(tick(stop.clone(), ticks.clone()));
    yield_now().await; // Let it begin.
    let (output, took) = aio::timed(work(ticks.clone())).await;
    let ticked = ticks.load(Ordering::Relaxed);
    stop.cancel();
    (output, took, (ticked, clock.await.expect("the clock does not panic")))
}

async fn the_loop_keeps_ticking(pool: &Threads) -> Result<(), Fault> {
    const POINTS: u64 = 500_000_000;
    println!("\nA kernel of {POINTS} points beside a clock that ticks every millisecond");
    let on_the_loop = |_| async { abreast::pi_hits(POINTS, 1) };
    let (hits, took, (ticks, gap)) = beside_the_clock(on_the_loop).await;
    println!("  on the loop  {took:>4.0?}, ticked {ticks:>3} times, longest gap {gap:.1?}");
    assert!(ticks == 0 && gap >= took, "the loop cannot tick while it computes");

    // The closure computes, and then does not end before the clock has ticked: it would wait for
    // ever if the loop stood still meanwhile.
    let to_thread = |ticks: Arc<AtomicU32>| {
        aio::to_thread(pool, move |_| {
            let hits = abreast::pi_hits(POINTS, 1);
            while ticks.load(Ordering::Relaxed) == 0 {
                std::thread::yield_now();
            }
            hits
        })
    };
    let (same, took, (ticks, gap)) = beside_the_clock(to_thread).await;
    println!("  to_thread    {took:>4.0?}, ticked {ticks:>3} times, longest gap {gap:.1?}");
    assert_eq!(same?, hits);
    assert!(ticks > 0);
    so("what computes does not belong on the loop: it goes to a thread, and the loop goes on");
    Ok(())
}

async fn pi_is_gathered(pool: &Threads) -> Result<(), Fault> {
    const SPLITS: u64 = 10;
    const POINTS: u64 = 10_000_000;
    println!("\nPi gathered from {SPLITS} splits");
    let split = |seed| aio::map(pool, (), move |()| Pi::job(POINTS, seed), None);
    let (hits, took) = aio::timed(aio::try_gather((0..SPLITS).map(split))).await;
    let hits = hits?;
    let pi = 4.0 * hits.iter().sum::<u64>() as f64 / (SPLITS * POINTS) as f64;
    println!("  pi = {pi} in {took:.0?}");
    let plain: Result<Vec<u64>, _> =
        (0..SPLITS).map(|seed| abreast::pi_hits(POINTS, seed)).collect();
    assert_eq!(hits, plain?, "in the order of the splits, whoever was faster");
    assert!((pi - PI).abs() < four_errors(SPLITS * POINTS));
    so("gather gives the results in the order of the questions, not of the answers");
    Ok(())
}

/// Four times the standard error of an estimate of pi from `n` points.
fn four_errors(n: u64) -> f64 {
    4.0 * 1.64 / (n as f64).sqrt()
}

async fn dropping_a_future_stops_the_work() -> Result<(), Fault> {
    const SOON: Duration = Duration::from_millis(30);
    println!("\nDropping a future");
    let pool = Threads::new(1)?;
    let (begin, begun) = oneshot::channel();
    let (farewell, heard) = mpsc::channel();
    let counting = aio::to_thread(&pool, move |cancel| {
        let _ = begin.send(());
        let mut rounds = 0u64;
        while !cancel.is_cancelled() {
            rounds += 1;
        }
        farewell.send(rounds)
    });
    // On a busy machine it may take longer than that to begin, and what has not begun says no farewell.
    begun.await.expect("it begins");
    assert!(timeout(SOON, counting).await.is_err(), "it counts until nobody wants to know");
    let rounds = heard.recv().expect("it says farewell when its future is dropped");
    println!("  a closure that counts for ever stopped after {rounds} rounds");

    // This kernel would take minutes, and the pool has one thread.
    let endless = aio::map(&pool, (), |()| Pi::job(1_000_000_000_000, 1), None);
    assert!(timeout(SOON, endless).await.is_err(), "10^12 points in {SOON:?}?");
    let (hits, took) = aio::timed(aio::to_thread(&pool, |_| abreast::pi_hits(1_000_000, 1))).await;
    println!("  a kernel of 10^12 points did too: {took:.0?} later its thread had done other work");
    assert_eq!(hits?, Ok(784_429));
    so("to drop a future is to stop its work");
    Ok(())
}

/// Curves that are taken one after the other; each has a slope of its own.
const CURVES: usize = 9;

/// The same number of points cut into ever more tasks. With one task a thread idles; from two on
/// `time = work + tasks * overhead`, and a straight line through the times gives the overhead.
async fn how_small_may_a_task_be(pool: &Threads) -> Result<(), Fault> {
    println!("\n2^24 points in 1, 2, 4, .. 4096 tasks on two threads, {CURVES} times");
    say_if_busy();
    let mut curves = Vec::new();
    for _ in 0..CURVES {
        curves.push(curve(pool).await?);
    }
    for (row, (tasks, _)) in curves[0].iter().enumerate() {
        let mut times: Vec<f64> = curves.iter().map(|curve| curve[row].1).collect();
        times.sort_by(f64::total_cmp);
        let milliseconds = 1e3 * times[CURVES / 2];
        println!("  {tasks:>4} {milliseconds:>6.2} ms {}", "=".repeat(bar(milliseconds)));
    }
    let mut slopes: Vec<f64> = curves.iter().map(|curve| 1e6 * slope(&curve[1..])).collect();
    slopes.sort_by(f64::total_cmp);
    let rank = sign_test_rank(CURVES, 0.05).expect("nine are enough");
    let (low, high) = (slopes[rank - 1], slopes[CURVES - rank]);
    println!("  overhead per task: {:.2} us ({low:.2} .. {high:.2})", slopes[CURVES / 2]);
    so(match low > 0.0 {
        true => {
            format!("a task should take many times {high:.1} us; asyncio's to_thread takes some 50")
        }
        false => "a task has a price, which cannot be told from the noise here".to_owned(),
    });
    Ok(())
}

/// Numbers of tasks, and the seconds that they took.
async fn curve(pool: &Threads) -> Result<Vec<(f64, f64)>, Fault> {
    const POINTS: u64 = 1 << 24;
    let mut curve = Vec::new();
    for tasks in (0..=12).map(|k| 1u64 << k) {
        let part = |seed| aio::to_thread(pool, move |_| abreast::pi_hits(POINTS / tasks, seed));
        let (hits, took) = aio::timed(aio::try_gather((0..tasks).map(part))).await;
        let hits: Result<Vec<u64>, _> = hits?.into_iter().collect();
        let pi = 4.0 * hits?.iter().sum::<u64>() as f64 / POINTS as f64;
        assert!((pi - PI).abs() < four_errors(POINTS), "{tasks} tasks: pi = {pi}");
        curve.push((tasks as f64, took.as_secs_f64()));
    }
    Ok(curve)
}

fn bar(milliseconds: f64) -> usize {
    (milliseconds * 4.0).min(60.0) as usize
}

/// The slope of the straight line with the least squares of errors.
fn slope(points: &[(f64, f64)]) -> f64 {
    let mean = |f: fn(&(f64, f64)) -> f64| points.iter().map(f).sum::<f64>() / points.len() as f64;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let (up, along) = points.iter().fold((0.0, 0.0), |(up, along), p| {
        (up + (p.0 - x) * (p.1 - y), along + (p.0 - x) * (p.0 - x))
    });
    up / along
}
