//! Workers that die at the worst moments: a run ends, and a dead one is not kept.

use super::leaks::{alive, in_time, lives, scene_of, until, workers_of};
use super::*;
use abreast::exec::Signal as Blow;
use abreast::sample::splitmix64;
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, setrlimit};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

pub fn trials() -> Vec<Trial> {
    vec![
        trial("two_workers_killed_at_once_do_not_stop_a_run", || in_time("pairs")),
        trial("a_process_that_a_worker_leaves_behind_does_not_stop_a_run", || {
            in_time("left-behind")
        }),
        trial("a_throttled_run_does_not_wait_for_workers_that_have_nothing", || {
            in_time("throttled")
        }),
        trial("a_worker_that_is_slow_to_read_is_not_taken_for_dead", || in_time("full")),
        trial("a_worker_killed_while_idle_is_reaped_at_once", || in_time("idle")),
        trial("a_chunk_is_not_charged_with_the_death_of_an_idle_worker", || in_time("charged")),
        trial("a_stopped_worker_does_not_outlive_its_parent", stopped_orphans),
    ]
}

pub fn scene(name: &str) -> bool {
    match name {
        "pairs" => pairs(),
        "left-behind" => left_behind(),
        "throttled" => throttled(),
        "full" => full(),
        "idle" => idle(),
        "charged" => charged(),
        "stopped" => stopped(),
        _ => return false,
    }
    true
}

/// Three workers with a chunk each, of which the last is a long one: when its worker dies, the chunk
/// goes to worker 0, which is dying too; worker 1 has nothing by then.
fn pairs() {
    let (executor, _) = pool(3);
    let easy = Args::at(3, 0, Act::Nothing);
    for round in 0..60 {
        alive();
        squares_of(&executor, easy, &Control::default()).0.expect("nobody is killed here");
        let ended = AtomicUsize::new(0);
        let watch = |event| {
            let is_end = matches!(event, exec::Event::End { .. });
            ended.fetch_add(usize::from(is_end), Ordering::SeqCst);
        };
        let control = Control { on_event: Some(&watch), attempts: 9, ..Control::default() };
        let report = std::thread::scope(|scope| {
            scope.spawn(|| {
                until("two ended", || ended.load(Ordering::SeqCst) >= 2);
                executor.signal(2, Blow::Kill);
                std::thread::sleep(Duration::from_micros(splitmix64(7, round) % 500));
                executor.signal(0, Blow::Kill);
            });
            let (outcome, out) = squares_of(&executor, Args::at(3, 2, Act::Nap), &control);
            assert_eq!(out, squares(3));
            outcome.expect("it is tried again")
        });
        assert_eq!(report.tasks, 3, "round {round}");
    }
}

fn left_behind() {
    let (executor, _) = pool(2);
    let args = Args { most: 1, every: 20, ..Args::at(40, 5, Act::LeaveChild) };
    let began = std::time::Instant::now();
    let (outcome, out) = squares_of(&executor, args, &Control::default());
    assert_eq!((outcome.map(|report| report.lost_workers), out), (Ok(2), squares(40)));
    // Each child left behind holds the link for two minutes; a slow machine needs seconds without them.
    assert!(began.elapsed() < Duration::from_secs(100), "{:?}", began.elapsed());
}

/// Without room for another process a run has to make do with those that there are, whatever their
/// numbers.
fn throttled() {
    let (executor, _) = pool(2);
    let control = Control { attempts: 9, ..Control::default() };
    squares_of(&executor, Args::at(2, 0, Act::Nothing), &control).0.expect("two workers");
    let first = executor.pids()[0];
    assert!(executor.signal(0, Blow::Kill));
    until("reaped", || !lives(&first.to_string()));
    // From here on no descriptor can be had, so worker 0 cannot be replaced.
    let few = Rlimit { current: Some(40), maximum: Some(1024) };
    setrlimit(Resource::Nofile, few).expect("a lower limit");
    let held: Vec<_> = (0..).map_while(|_| std::fs::File::open("/dev/null").ok()).collect();
    let control = Control { throttle: Some(1), ..Control::default() };
    let (outcome, out) = squares_of(&executor, Args::at(20, 0, Act::Nothing), &control);
    drop(held);
    assert_eq!((outcome.map(|report| report.tasks), out), (Ok(20), squares(20)));
}

/// So many arrays are announced to a stopped worker that its link is full.
fn full() {
    let (executor, cells) = pool(2);
    squares_of(&executor, Args::at(20, 0, Act::Nothing), &Control::default())
        .0
        .expect("two workers");
    let workers = executor.pids();
    let signal = |signal| {
        for worker in &workers {
            kill_process(Pid::from_raw(*worker as i32).unwrap(), signal).expect("it lives");
        }
    };
    signal(Signal::STOP);
    let name = |i: usize| format!("{i} {}", "long ".repeat(2000));
    for i in 0..100 {
        executor.share(&name(i), &cells);
    }
    signal(Signal::CONT);
    let (outcome, out) = squares_of(&executor, Args::at(20, 0, Act::Nothing), &Control::default());
    assert_eq!((outcome.map(|report| report.lost_workers), out), (Ok(0), squares(20)));
    assert_eq!(executor.pids(), workers);
}

fn idle() {
    let (executor, _) = pool(2);
    let easy = || squares_of(&executor, Args::at(20, 0, Act::Nothing), &Control::default());
    easy().0.expect("two workers");
    let workers = executor.pids();
    assert!(executor.signal(1, Blow::Kill));
    until("gone from the list", || executor.pids() == workers[..1]);
    let there = |pid: u32| std::path::Path::new(&format!("/proc/{pid}")).exists();
    until("gone from the system, zombie and all", || !there(workers[1]));
    assert!(there(workers[0]) && !executor.signal(1, Blow::Kill));
    let report = easy().0.expect("the other is replaced");
    assert_eq!((report.tasks, report.respawned), (20, 1));
    let others = executor.pids();
    assert!(others.contains(&workers[0]) && others.len() == 2, "{workers:?}, then {others:?}");
}

/// Whoever is given a chunk after its worker has died did not kill it.
fn charged() {
    let (executor, _) = pool(2);
    let control = Control { attempts: 1, ..Control::default() };
    for _ in 0..20 {
        alive();
        let (outcome, out) = squares_of(&executor, Args::at(20, 0, Act::Nothing), &control);
        assert_eq!((outcome.map(|report| report.tasks), out), (Ok(20), squares(20)));
        assert!(executor.signal(0, Blow::Kill) && executor.signal(1, Blow::Kill));
        until("reaped", || executor.pids().is_empty());
    }
}

/// Says who its workers are, stops them, and waits to be killed.
fn stopped() {
    let (executor, _) = pool(2);
    squares_of(&executor, Args::at(20, 0, Act::Nothing), &Control::default())
        .0
        .expect("two workers");
    (0..2).for_each(|w| assert!(executor.signal(w, Blow::Stop)));
    let pids: Vec<String> = executor.pids().iter().map(u32::to_string).collect();
    println!("workers {}", pids.join(" "));
    std::thread::sleep(Duration::from_secs(600));
}

fn stopped_orphans() {
    let mut parent = scene_of("stopped").stdout(Stdio::piped()).spawn().expect("started");
    let workers = workers_of(&mut parent);
    assert!(workers.iter().all(|worker| lives(worker)));
    parent.kill().expect("killed");
    parent.wait().expect("reaped");
    until("all gone", || !workers.iter().any(|worker| lives(worker)));
}
