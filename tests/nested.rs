//! Executors within executors: three deep, from one thread, in every combination. Those that would
//! wait for themselves are refused; none waits for ever.

use abreast::exec::{self, Control, Executor, Locked, Threads};
use abreast::graph::Lowered;
use abreast::{Fault, Tasks};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

type Boxed = Box<dyn Executor + Sync>;

/// Two tasks, each of which runs two tasks on the next executor; those within the last one count.
struct Nest<'n> {
    inner: &'n [&'n Boxed],
    count: &'n AtomicUsize,
}

impl Tasks for Nest<'_> {
    fn len(&self) -> usize {
        2
    }

    fn run(&self, _: usize) -> Result<(), Fault> {
        match self.inner.split_first() {
            Some(_) => nest(self.inner, self.count),
            None => {
                self.count.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
        }
    }
}

/// Runs a [`Nest`] on the first of `executors`, within it one on the second, and so on.
fn nest(executors: &[&Boxed], count: &AtomicUsize) -> Result<(), Fault> {
    let (first, inner) = executors.split_first().expect("an executor");
    first.run(&Nest { inner, count }, &Control::default()).map(drop)
}

fn executors() -> Vec<Boxed> {
    let mut names = vec!["serial", "threads:1", "threads:2", "sim:2"];
    names.extend(["locked:serial", "locked:threads:2"]);
    if cfg!(feature = "aio") {
        names.extend(["async:1", "async:2"]);
    }
    let graph = |width| Lowered(Threads::new(width).expect("threads"));
    let graphs: [Boxed; 2] = [Box::new(graph(1)), Box::new(Locked::new(graph(2)))];
    let named = names.into_iter().map(|name| exec::parse(name).expect("an executor"));
    named.chain(graphs).collect()
}

/// Does `work` on a thread of its own; a minute without a sign of life is a deadlock.
fn alive(work: impl FnOnce(&dyn Fn(String)) + Send + 'static) {
    let (signs, heard) = channel();
    let worker = std::thread::spawn(move || work(&|sign| signs.send(sign).expect("heard")));
    let mut last = "the start".to_owned();
    loop {
        match heard.recv_timeout(Duration::from_secs(60)) {
            Ok(sign) => last = sign,
            Err(RecvTimeoutError::Timeout) => panic!("nothing moves after {last}"),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    worker.join().expect("what it asserts");
}

/// Whether the third of three executors would ask for a lock that the first holds on another thread,
/// or with a second lock in its hand.
fn is_ring(names: [&str; 3]) -> bool {
    let [first, second, third] = names;
    let stays = ["serial", "sim:2", "threads:1", "graph:1"].contains(&second);
    first == third && first != second && first.starts_with("locked") && !stays
}

#[test]
fn three_deep_in_every_combination() {
    alive(|sign| {
        let executors = executors();
        for round in 0..3 {
            for a in &executors {
                for b in &executors {
                    for c in &executors {
                        let names = [a, b, c].map(|executor| executor.name());
                        let count = AtomicUsize::new(0);
                        let outcome = nest(&[a, b, c], &count);
                        let ring = is_ring(names.each_ref().map(|name| &**name));
                        let refused = matches!(outcome, Err(Fault::Nested { .. }));
                        assert_eq!(refused, ring, "{names:?}: {outcome:?}");
                        assert!(ring || count.into_inner() == 8, "{names:?}");
                        sign(format!("{names:?} in round {round}"));
                    }
                }
            }
        }
    });
}

#[test]
fn one_pool_within_itself_a_thousand_times() {
    alive(|sign| {
        for executor in executors() {
            for call in 0..1000 {
                let count = AtomicUsize::new(0);
                nest(&[&executor; 3], &count).expect("its own threads work for it while they wait");
                assert_eq!(count.into_inner(), 8, "{}", executor.name());
                sign(format!("call {call} of {}", executor.name()));
            }
        }
    });
}

/// The pool's only thread waits for the lock, and the task that has it waits for the pool.
#[cfg(feature = "aio")]
#[test]
fn a_thread_that_waits_for_a_lock_does_the_work_of_its_pool() {
    alive(|sign| {
        let pools: [Boxed; 2] =
            [exec::parse("async:1").unwrap(), exec::parse("locked:threads:2").unwrap()];
        let tasks = Many { pool: &pools[0], many: AtomicUsize::new(0) };
        for round in 0..20 {
            let within = Within { executor: &pools[1], tasks: &tasks };
            pools[0].run(&within, &Control::default()).expect("no fault");
            sign(format!("round {round}"));
        }
        assert_eq!(tasks.many.into_inner(), 20 * 50 * 2);
    });
}

/// One task, which runs others on an executor.
struct Within<'w> {
    executor: &'w Boxed,
    tasks: &'w (dyn Tasks + Sync),
}

impl Tasks for Within<'_> {
    fn len(&self) -> usize {
        1
    }

    fn run(&self, _: usize) -> Result<(), Fault> {
        self.executor.run(self.tasks, &Control::default()).map(drop)
    }
}

/// Fifty tasks, each of which has two done by the pool.
struct Many<'m> {
    pool: &'m Boxed,
    many: AtomicUsize,
}

impl Tasks for Many<'_> {
    fn len(&self) -> usize {
        50
    }

    fn run(&self, _: usize) -> Result<(), Fault> {
        // So that the lock changes hands.
        std::thread::yield_now();
        nest(&[self.pool], &self.many)
    }
}

#[test]
fn more_locks_within_each_other_than_are_kept_track_of_are_refused() {
    alive(|_| {
        let executors: Vec<Boxed> = (0..9).map(|_| exec::parse("locked:serial").unwrap()).collect();
        let executors: Vec<&Boxed> = executors.iter().collect();
        let count = AtomicUsize::new(0);
        nest(&executors[..8], &count).expect("eight are not too many");
        assert_eq!(count.swap(0, Ordering::Relaxed), 1 << 8);
        let fault = nest(&executors, &count).unwrap_err();
        assert!(matches!(fault, Fault::Nested { .. }), "{fault}");
        assert!(fault.to_string().contains("number 9 of executors in each other"), "{fault}");
    });
}
