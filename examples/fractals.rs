//! Episode "fractals": pictures of the Mandelbrot set and of a Julia set.
//!
//! For each pixel, how many updates z <- z^2 + c it takes until z has escaped. What to look at:
//!
//! - one kernel makes both: they differ in what begins as z and in what stays as c;
//! - the picture is cut into bands of rows, whose work is uneven. Threads, an async program that is
//!   held back to two bands at a time, and worker processes make the same bytes, however it is cut;
//! - a progress bar, on standard error, is fed by the events of the run;
//! - one line, another variant or a pool, against all that can be had: what part of the gain it brings;
//! - the colours are even steps to the eye. The pictures are drawn in `fractals/picture.rs`.
//!
//! `cargo run --release --example fractals [FOLDER FOR THE PICTURES]`

mod common;
#[path = "common/race.rs"]
mod race;
#[path = "fractals/picture.rs"]
mod picture;

use abreast::exec::{Async, Control, Event, Executor, Serial, can_start_workers, worker_main};
use abreast::kernels::REGISTRY;
use abreast::kernels::escape::{Escape, View};
use abreast::{Fault, Kernel, executors};
use common::so;
use num_complex::Complex64;
use race::{Finding, race, say_if_busy};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn main() -> Result<(), Fault> {
    worker_main(REGISTRY);
    the_whole_set()?;
    a_julia_set()?;
    one_kernel()?;
    let counts = the_test_case()?;
    same_bytes(&counts)?;
    two_at_a_time(&counts)?;
    timing(&counts)?;
    one_line()
}

/// The constant of the lesson's Julia set.
const C: Complex64 = Complex64::new(-1.1193, 0.2718);

/// A small picture around `center`.
fn small(center: Complex64, julia: Option<Complex64>) -> View {
    let extent = Complex64::new(3.0, 3.0);
    View { center, extent, width: 256, height: 256, max_iter: 256, julia }
}

fn the_whole_set() -> Result<(), Fault> {
    let view = small(Complex64::new(-0.8, 0.0), None);
    let counts = abreast::escape(&view)?;
    let inside = counts.iter().filter(|count| u64::from(**count) == view.max_iter).count();
    // Its area is 1.5066, by much longer calculations than this one.
    let area = inside as f64 * (3.0f64 / 256.0).powi(2);
    println!("the Mandelbrot set, 256 x 256: {} updates, {inside} pixels stay", updates(&counts));
    println!("  as an area {area:.2}");
    assert!((1.4..1.7).contains(&area));
    for variant in Escape::VARIANTS {
        assert_eq!(Escape::job(&view)?.variant(variant.name)?.call()?, counts);
    }
    common::save("mandelbrot.png", picture::png(&view, &counts))?;
    so("a picture is a count for each pixel, the same by every variant");
    Ok(())
}

fn a_julia_set() -> Result<(), Fault> {
    let view = small(Complex64::ZERO, Some(C));
    let counts = abreast::escape(&view)?;
    println!("the Julia set of {C}, 256 x 256: {} updates", updates(&counts));
    // Without the middle row and column it is its own half turn: (-z)^2 = z^2.
    let at = |i: usize, j: usize| counts[j * 256 + i];
    assert!((1..256).all(|j| (1..256).all(|i| at(i, j) == at(256 - i, 256 - j))));
    common::save("julia.png", picture::png(&view, &counts))?;
    so("what the formula says - a half turn changes nothing - the picture must keep");
    Ok(())
}

/// Pixel c of the Mandelbrot set and pixel 0 of the Julia set of c have the same orbit.
fn one_kernel() -> Result<(), Fault> {
    let pixel =
        |center, julia| View { width: 1, height: 1, max_iter: 10_000, ..small(center, julia) };
    for c in [C, Complex64::new(-0.75, 0.1), Complex64::new(0.26, 0.0)] {
        let mandelbrot = abreast::escape(&pixel(c, None))?;
        let julia = abreast::escape(&pixel(Complex64::ZERO, Some(c)))?;
        println!("from z = 0 with c = {c} either makes {} updates", julia[0]);
        assert_eq!(mandelbrot, julia);
    }
    so("one kernel makes both sets: they differ in what begins as z and in what stays as c");
    Ok(())
}

fn updates(counts: &[u32]) -> u64 {
    counts.iter().map(|count| u64::from(*count)).sum()
}

/// A view on the edge of the set: 1024 x 1024 pixels, 1024 updates at most.
fn the_test_case() -> Result<Vec<u32>, Fault> {
    let bar = Bar::new(Escape::job(&View::LESSON)?.plan().len());
    let threads = executors::parse("threads:2")?;
    let on_event = |event: Event| bar.watch(event);
    let control = Control { on_event: Some(&on_event), ..Control::default() };
    let (counts, _) = counts(&*threads, &control, None)?;
    println!("the test case, 1024 x 1024: {} updates", updates(&counts));
    assert_eq!(updates(&counts), 85_654_943);
    assert_eq!(bar.ended.load(Ordering::Relaxed), bar.tasks);
    common::save("test-case.png", picture::png(&View::LESSON, &counts))?;
    so("who watches a run - here a progress bar - changes nothing in it");
    Ok(counts)
}

/// The counts of the test case, and how long they took; in bands of `rows`, if that is said.
fn counts(
    executor: &dyn Executor,
    control: &Control<'_>,
    rows: Option<u64>,
) -> Result<(Vec<u32>, Duration), Fault> {
    let mut job = Escape::job(&View::LESSON)?;
    if let Some(rows) = rows {
        job = job.with_chunk(rows)?;
    }
    let mut items = job.blank()?;
    let report = job.control(control).on_into(executor, &mut items)?;
    Ok((job.finish(items.into()), report.wall))
}

/// A progress bar on standard error.
struct Bar {
    tasks: usize,
    ended: AtomicUsize,
}

impl Bar {
    const WIDTH: usize = 32;

    fn new(tasks: usize) -> Bar {
        Bar { tasks, ended: AtomicUsize::new(0) }
    }

    fn watch(&self, event: Event) {
        if !matches!(event, Event::End { .. }) {
            return;
        }
        let ended = 1 + self.ended.fetch_add(1, Ordering::Relaxed);
        let (before, now) = [ended - 1, ended].map(|n| n * Self::WIDTH / self.tasks).into();
        if now > before {
            eprint!("\r[{:.<width$}]", "#".repeat(now), width = Self::WIDTH);
        }
        if ended == self.tasks {
            eprintln!();
        }
    }
}

/// On every executor, and cut in every way: 100 does not divide 1024, and no row is dropped.
fn same_bytes(expected: &[u32]) -> Result<(), Fault> {
    let executors = executors()?;
    for executor in &executors {
        for rows in [1, 8, 100, 1024] {
            let (counts, _) = counts(&**executor, &Control::default(), Some(rows))?;
            assert!(counts == expected, "{} in bands of {rows}", executor.name());
        }
    }
    let names: Vec<String> = executors.iter().map(|executor| executor.name()).collect();
    println!("the same bytes in bands of 1, 8, 100 and 1024 rows on {}", names.join(", "));
    so("how work is cut and who does it must not show in the result, and no row may be left over");
    Ok(())
}

fn executors() -> Result<Vec<Box<dyn Executor>>, Fault> {
    let mut executors: Vec<Box<dyn Executor>> = vec![Box::new(Serial)];
    for name in ["threads:2", "async:2", "graph:2"] {
        executors.push(executors::parse(name)?);
    }
    if can_start_workers() {
        executors.push(executors::parse("procs:2")?);
    }
    Ok(executors)
}

/// An async program of four threads that is held back to two bands at a time.
fn two_at_a_time(expected: &[u32]) -> Result<(), Fault> {
    let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let on_event = |event: Event| match event {
        Event::Start { .. } => {
            let now = 1 + inside.fetch_add(1, Ordering::SeqCst);
            most.fetch_max(now, Ordering::SeqCst);
        }
        Event::End { .. } => {
            inside.fetch_sub(1, Ordering::SeqCst);
        }
        _ => {}
    };
    let control = Control { throttle: Some(2), on_event: Some(&on_event), ..Control::default() };
    let (counts, _) = counts(&Async::new(4)?, &control, None)?;
    let most = most.into_inner();
    println!("async on four threads with a throttle of 2: {most} bands under way at most");
    assert!(counts == expected);
    assert!((1..=2).contains(&most));
    so("a throttle holds work back without a thread less");
    Ok(())
}

const RUNS: u32 = 5;

fn timing(expected: &[u32]) -> Result<(), Fault> {
    println!("\nthe test case, {RUNS} runs each");
    say_if_busy();
    println!("{:>10}  {:>3}  {:>9}  {:>9}  {:>9}", "name", "n", "min", "mean", "max");
    for executor in executors()? {
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let (counts, time) = counts(&*executor, &Control::default(), None)?;
            assert!(counts == expected);
            times.push(time);
        }
        times.sort();
        let (min, max) = (times[0], times[times.len() - 1]);
        let mean = times.iter().sum::<Duration>() / RUNS;
        println!("{:>10}  {RUNS:>3}  {min:>9.2?}  {mean:>9.2?}  {max:>9.2?}", executor.name());
    }
    so("a row of such a table says nothing about another one, unless their ranges do not overlap");
    Ok(())
}

/// What one line brings, of all that can be had: the plain loop on one thread is where everybody begins.
fn one_line() -> Result<(), Fault> {
    let view = View { width: 256, height: 256, ..View::LESSON };
    let (expected, pool) = (abreast::escape(&view)?, executors::parse("threads:2")?);
    println!("\nthe same view, 256 x 256, in four ways, in turns");
    say_if_busy();
    let plain = || Escape::job(&view)?.variant("rust");
    let tuned = || Escape::job(&view)?.variant("simd");
    let race = race(WAYS.len(), 3, Duration::from_secs(1), |way| {
        let begin = Instant::now();
        let counts = match way {
            0 => plain()?.on(&Serial)?,
            1 => plain()?.on(&*pool)?,
            2 => tuned()?.on(&Serial)?,
            _ => tuned()?.on(&*pool)?,
        };
        let took = begin.elapsed();
        assert!(counts == expected);
        Ok::<_, Fault>(took)
    })?;
    println!("\n{:16}  {:>9}  {:24}  of the time that both save", "", "time", "speed-up");
    println!("{:16}  {:>9.1?}", WAYS[0], race.time(0));
    let all = race.speed_up(3, 0);
    let mut best = None;
    for (way, name) in WAYS.iter().enumerate().skip(1) {
        let speed_up = race.speed_up(way, 0);
        let share = Share::of(&speed_up, &all).filter(|_| way < 3);
        let words = share.as_ref().map(Share::words).unwrap_or_default();
        println!("{name:16}  {:>9.1?}  {speed_up:24}  {words}", race.time(way));
        best = best.max(share.map(|share| (share.percent(), way)));
    }
    so(match best {
        Some((least, way)) if least >= 50 => {
            format!("one line, {}, brings at least {least} % of what there is to save", WAYS[way])
        }
        Some(_) => "neither line is known to bring half of what there is to save".to_owned(),
        None => "what one line brings cannot be told from the noise here".to_owned(),
    });
    Ok(())
}

const WAYS: [&str; 4] = ["plain Rust", ".on(&pool)", ".variant(\"simd\")", "both"];

/// The part of the time saved by all that is saved by one line, with its interval.
struct Share {
    value: f64,
    low: f64,
    high: f64,
}

impl Share {
    /// None unless both are known to be faster.
    fn of(line: &Finding, all: &Finding) -> Option<Share> {
        if !line.is_faster() || !all.is_faster() {
            return None;
        }
        // A way that is s times as fast saves 1 - 1/s of the time.
        let saved = |speed_up: f64| 1.0 - 1.0 / speed_up;
        let ((low, high), (least, most)) = (line.interval()?, all.interval()?);
        let value = saved(line.ratio()) / saved(all.ratio());
        Some(Share { value, low: saved(low) / saved(most), high: saved(high) / saved(least) })
    }

    fn words(&self) -> String {
        let [value, low, high] = [self.value, self.low, self.high].map(|part| 100.0 * part);
        format!("{value:.0} % ({low:.0} .. {high:.0})")
    }

    /// What it is at least.
    fn percent(&self) -> u32 {
        (100.0 * self.low) as u32
    }
}
