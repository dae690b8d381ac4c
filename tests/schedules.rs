//! What every executor owes to tasks that need each other, to a throttle and to executors inside
//! executors.

use abreast::exec::{self, Control, Event, Executor};
use abreast::sample::splitmix64;
use abreast::{Fault, Tasks};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// Executors that run graphs, by name.
fn executors() -> Vec<Box<dyn Executor + Sync>> {
    let mut names =
        vec!["serial", "threads:1", "threads:3", "threads:8", "locked:threads:3", "sim:1", "sim:4"];
    if cfg!(feature = "aio") {
        names.extend(["async:1", "async:2", "async:8", "locked:async:2"]);
    }
    names.into_iter().map(|name| exec::parse(name).expect("an executor")).collect()
}

/// A graph in which each task hashes what it needs, and complains when that is not there yet.
struct Web {
    needs: Vec<Vec<u32>>,
    values: Vec<AtomicU64>,
    done: Vec<AtomicBool>,
    failing: Option<usize>,
}

impl Web {
    fn new(len: usize, seed: u64) -> Web {
        let random = |i: usize, k: u64| splitmix64(seed, (i as u64) << 8 | k);
        let need = |i: usize, k| (random(i, k) % i as u64) as u32;
        // Chains, fans and lone tasks.
        let needs =
            |i: usize| (0..random(i, 0) % 4).filter(move |_| i > 0).map(move |k| need(i, k + 1));
        Web {
            needs: (0..len).map(|i| needs(i).collect()).collect(),
            values: (0..len).map(|_| AtomicU64::new(0)).collect(),
            done: (0..len).map(|_| AtomicBool::new(false)).collect(),
            failing: None,
        }
    }

    fn values(self) -> Vec<u64> {
        self.values.into_iter().map(AtomicU64::into_inner).collect()
    }
}

impl Tasks for Web {
    fn len(&self) -> usize {
        self.needs.len()
    }

    fn is_graph(&self) -> bool {
        true
    }

    fn needs(&self, i: usize) -> &[u32] {
        &self.needs[i]
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        let mut hash = i as u64;
        for need in &self.needs[i] {
            let need = *need as usize;
            assert!(self.done[need].load(Ordering::Relaxed), "task {i} ran before {need}");
            hash = splitmix64(hash, self.values[need].load(Ordering::Relaxed));
        }
        if self.failing == Some(i) {
            return Err(Fault::Kernel {
                task: i,
                why: abreast::Error::argument("task", i, "fails"),
            });
        }
        self.values[i].store(hash, Ordering::Relaxed);
        assert!(!self.done[i].swap(true, Ordering::Relaxed), "task {i} ran twice");
        Ok(())
    }
}

#[test]
fn what_is_needed_comes_first_on_every_executor() {
    for seed in 0..10 {
        let serial = Web::new(500, seed);
        exec::Serial.run(&serial, &Control::default()).unwrap();
        let expected = serial.values();
        for executor in executors() {
            for throttle in [None, Some(1), Some(2)] {
                let web = Web::new(500, seed);
                let control = Control { throttle, ..Control::default() };
                let report = executor.run(&web, &control).unwrap();
                assert_eq!(report.tasks, 500, "{}", executor.name());
                assert_eq!(web.values(), expected, "seed {seed} on {}", executor.name());
            }
        }
    }
}

#[test]
fn a_task_that_fails_takes_along_only_what_comes_after_it() {
    for seed in 0..10 {
        for executor in executors() {
            let web = Web { failing: Some(250), ..Web::new(500, seed) };
            let fault = executor.run(&web, &Control::default()).unwrap_err();
            assert!(
                matches!(fault, Fault::Kernel { task: 250, .. }),
                "{}: {fault}",
                executor.name()
            );
            let done = |i: usize| web.done[i].load(Ordering::Relaxed);
            assert!((0..250).all(done), "seed {seed} on {}", executor.name());
        }
    }
}

#[test]
fn a_need_that_is_not_below_is_refused() {
    for executor in executors().into_iter().filter(|executor| executor.name() != "serial") {
        let mut web = Web::new(10, 1);
        web.needs[4] = vec![4];
        let fault = executor.run(&web, &Control::default()).unwrap_err();
        assert!(matches!(fault, Fault::Refused(_)), "{}: {fault}", executor.name());
        assert!(fault.to_string().contains("task 4 needs"), "{fault}");
    }
}

/// Tasks that take their time and count how many run at once.
struct Crowd {
    len: usize,
    inside: AtomicUsize,
    most: AtomicUsize,
}

impl Crowd {
    fn of(len: usize) -> Crowd {
        Crowd { len, inside: AtomicUsize::new(0), most: AtomicUsize::new(0) }
    }
}

impl Tasks for Crowd {
    fn len(&self) -> usize {
        self.len
    }

    fn run(&self, _: usize) -> Result<(), Fault> {
        let now = self.inside.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        std::thread::yield_now();
        (0..200).for_each(|_| std::hint::spin_loop());
        self.inside.fetch_sub(1, Ordering::Relaxed);
        Ok(())
    }
}

#[test]
fn no_more_tasks_run_at_once_than_the_throttle_lets_through() {
    for executor in executors() {
        let unlocked = !executor.name().starts_with("locked");
        for throttle in [0, 1, 2, 3, 100] {
            let crowd = Crowd::of(300);
            let control = Control { throttle: Some(throttle), ..Control::default() };
            assert_eq!(executor.run(&crowd, &control).unwrap().tasks, 300);
            let allowed = if unlocked { executor.width().min(throttle.max(1)) } else { 1 };
            let most = crowd.most.into_inner();
            assert!(most <= allowed, "{most} at once on {}, throttle {throttle}", executor.name());
        }
    }
}

#[test]
fn the_slots_that_events_name_are_below_the_width() {
    for executor in executors() {
        let watch = |event| {
            let (Event::Start { worker, .. } | Event::End { worker, .. }) = event else { return };
            assert!(worker < executor.width(), "slot {worker} of {}", executor.name());
        };
        let control = Control { on_event: Some(&watch), ..Control::default() };
        executor.run(&Crowd::of(100), &control).unwrap();
        executor.run(&Web::new(100, 1), &control).unwrap();
    }
}

#[test]
fn a_listener_that_panics_is_the_callers_panic() {
    for executor in executors() {
        let watch = |_| panic!("seeded");
        let control = Control { on_event: Some(&watch), ..Control::default() };
        let run = || executor.run(&Crowd::of(50), &control).map(drop);
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
        assert!(outcome.is_err(), "{}", executor.name());
        // And nothing is left locked or waiting.
        assert_eq!(executor.run(&Crowd::of(50), &Control::default()).unwrap().tasks, 50);
    }
}

#[cfg(feature = "aio")]
#[test]
fn an_async_executor_refuses_to_block_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let executor = exec::parse("async:2").unwrap();
    let refusal = runtime.block_on(async { executor.run(&Crowd::of(5), &Control::default()) });
    let Err(Fault::Nested { executor: name, why }) = refusal else { panic!("{refusal:?}") };
    assert_eq!(name, "async:2");
    assert!(why.contains("aio"), "{why}");
    // Outside it works, and so it does on a thread that only computes for the runtime.
    assert_eq!(executor.run(&Crowd::of(5), &Control::default()).unwrap().tasks, 5);
}
