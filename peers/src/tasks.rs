//! Executors on two threads: lists of tasks, forks, graphs and what async code waits for.

use crate::foreign::{NO_OPENMP, Schedule, openmp};
use crate::race::{LONG_NAP, NAP, absent, pooled};
use abreast::exec::{Async, Control, Executor, Threads};
use abreast::sample::splitmix64;
use abreast::{Fault, Tasks, aio};
use abreast_compare::{AnyGroup, Group};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::runtime::{Builder, Runtime};

/// Two cores are what every machine has.
pub const WIDTH: usize = 2;

/// The executors that are ours.
pub const THREADS: &str = "threads:2";
pub const ASYNC: &str = "async:2";

pub fn rayon_pool() -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(WIDTH).build().expect("two threads")
}

pub fn threads() -> Threads {
    Threads::new(WIDTH).expect("two threads")
}

fn runtime() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).max_blocking_threads(WIDTH).build().expect("two threads")
}

/// What a task does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Work {
    Nothing,
    /// About 9 ns: a few rounds of a generator of random numbers, one after another.
    Little,
}

/// The tasks, each with a place for its result.
pub struct Places {
    work: Work,
    results: Vec<AtomicU64>,
}

impl Places {
    fn new(work: Work, n: usize) -> Places {
        Places { work, results: (0..n).map(|_| AtomicU64::new(0)).collect() }
    }

    #[inline]
    fn run(&self, i: usize) {
        match self.work {
            Work::Nothing => drop(black_box(i)),
            Work::Little => {
                let result = (0..3).fold(i as u64, splitmix64);
                self.results[i].store(result, Ordering::Relaxed);
            }
        }
    }

    /// What the tasks have left, for the gate.
    fn taken(&self) -> Vec<u64> {
        self.results.iter().map(|result| result.swap(0, Ordering::Relaxed)).collect()
    }
}

impl Tasks for Places {
    fn len(&self) -> usize {
        self.results.len()
    }

    fn run(&self, i: usize) -> Result<(), Fault> {
        Places::run(self, i);
        Ok(())
    }
}

type List = Group<Places, Vec<u64>>;

fn list(name: &str, work: Work, sizes: &[usize]) -> List {
    Group::new(name, move |n, _| Places::new(work, n.max(1))).sizes(sizes.iter().copied())
}

fn on(group: List, name: &str, executor: impl Executor + 'static) -> List {
    let control = Control::default();
    let run = move |places: &Places| {
        executor.run(places, &control).expect("no task fails");
    };
    pooled(group, name, NAP, run, Places::taken)
}

/// A list of tasks on our threads beside rayon's and OpenMP's.
pub fn on_threads(name: &str, work: Work, sizes: &[usize]) -> AnyGroup {
    let mut group = on(list(name, work, sizes), THREADS, threads());
    let pool = rayon_pool();
    let run = move |places: &Places| {
        pool.install(|| (0..places.len()).into_par_iter().for_each(|i| places.run(i)));
    };
    group = pooled(group, "rayon", NAP, run, Places::taken);
    for (name, schedule) in
        [("OpenMP static", Schedule::Static), ("OpenMP dynamic", Schedule::Dynamic)]
    {
        group = on_openmp(group, name, schedule);
    }
    group.into()
}

fn on_openmp(group: List, name: &str, schedule: Schedule) -> List {
    if let Some(why) = NO_OPENMP {
        return absent(group, name, why);
    }
    let run =
        move |places: &Places| openmp(schedule, WIDTH, places.len(), &|i| Places::run(places, i));
    pooled(group, name, LONG_NAP, run, Places::taken)
}

/// A list of tasks on our async executor beside tokio's threads for work that blocks.
pub fn on_async(name: &str, work: Work, sizes: &[usize]) -> AnyGroup {
    let executor = Async::new(WIDTH).expect("two threads");
    let group = on(list(name, work, sizes), ASYNC, executor);
    let runtime = runtime();
    // Its tasks own what they use.
    let run = move |places: &Places| {
        let (work, n) = (places.work, places.len());
        runtime.block_on(async {
            let result = move |i: usize| match work {
                Work::Nothing => black_box(0),
                Work::Little => (0..3).fold(i as u64, splitmix64),
            };
            let sent = (0..n).map(|i| tokio::task::spawn_blocking(move || result(i)));
            for (i, sent) in sent.collect::<Vec<_>>().into_iter().enumerate() {
                let result = sent.await.expect("no task panics");
                places.results[i].store(result, Ordering::Relaxed);
            }
        });
    };
    pooled(group, "tokio spawn_blocking", NAP, run, Places::taken).into()
}

/// Two tasks at once, and back.
pub fn fork_join(name: &str) -> AnyGroup {
    let group = Group::new(name, |_, _| Places::new(Work::Little, 2)).sizes([2]);
    let group = on(group, THREADS, threads());
    let pool = rayon_pool();
    let run = move |places: &Places| {
        pool.install(|| rayon::join(|| places.run(0), || places.run(1)));
    };
    let group = pooled(group, "rayon", NAP, run, Places::taken);
    on_openmp(group, "OpenMP static", Schedule::Static).into()
}

/// Closures that are sent to a pool one by one and waited for together.
pub fn gather(name: &str, sizes: &[usize]) -> AnyGroup {
    let group = Group::new(name, |n, _| n).sizes(sizes.iter().copied());
    let pool = threads();
    let event_loop = Builder::new_current_thread().build().expect("a runtime");
    let ours = move |n: &usize| {
        let sent = (0..*n).map(|i| aio::to_thread(&pool, move |_| i));
        event_loop.block_on(aio::try_gather(sent)).expect("no task fails")
    };
    let group = gathered(group, THREADS, ours);
    let runtime = runtime();
    let group = gathered(group, "tokio spawn_blocking", move |n: &usize| {
        runtime.block_on(async {
            let sent = (0..*n).map(|i| tokio::task::spawn_blocking(move || i));
            let mut all = Vec::with_capacity(*n);
            for sent in sent.collect::<Vec<_>>() {
                all.push(sent.await.expect("no task panics"));
            }
            all
        })
    });
    let (pool, event_loop) =
        (rayon_pool(), Builder::new_current_thread().build().expect("a runtime"));
    gathered(group, "rayon and oneshot", move |n: &usize| {
        let send = |i: usize| {
            let (sender, receiver) = tokio::sync::oneshot::channel();
            pool.spawn(move || {
                let _ = sender.send(i);
            });
            receiver
        };
        event_loop.block_on(async {
            let mut all = Vec::with_capacity(*n);
            for sent in (0..*n).map(send).collect::<Vec<_>>() {
                all.push(sent.await.expect("no task panics"));
            }
            all
        })
    })
    .into()
}

fn gathered(
    group: Group<usize, Vec<usize>>,
    name: &str,
    run: impl Fn(&usize) -> Vec<usize> + 'static,
) -> Group<usize, Vec<usize>> {
    let last = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let kept = last.clone();
    pooled(group, name, NAP, move |n| *kept.borrow_mut() = run(n), move |_| last.take())
}
